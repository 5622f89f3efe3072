package dev.intercept.cli;

import dev.intercept.capture.BackendRegistry;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.rules.Firewall;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What a shell offers behind an option.
 *
 * @param words the values themselves; empty where the kind offers none
 */
public record OptionValues(Kind kind, List<String> words) {

    /** Where values come from. */
    public enum Kind {
        /** The option takes none. */
        NONE,
        /** Any text. */
        FREE,
        WORDS,
        FILES,
        DIRECTORIES,
        USERS
    }

    private static final List<String> GENERATIONS = List.of("0.7", "0.8", "0.9");

    public static OptionValues of(OptionSpec option) {
        if (option.arity().max() == 0) {
            return new OptionValues(Kind.NONE, List.of());
        }
        return switch (option.longestName()) {
            case "--backend" -> words(backends());
            case "--user" -> new OptionValues(Kind.USERS, List.of());
            case "--plugin-path" -> new OptionValues(Kind.DIRECTORIES, List.of());
            case "--generation" -> words(GENERATIONS);
            default -> byType(option);
        };
    }

    private static List<String> backends() {
        return BackendRegistry.load(List.of()).entries().stream()
                .map(entry -> entry.provider().name())
                .sorted()
                .toList();
    }

    private static OptionValues byType(OptionSpec option) {
        ITypeConverter<?> converter = option.converters().length == 0 ? null : option.converters()[0];
        if (converter instanceof OneOf<?> constants) {
            return words(constants.words());
        }
        if (converter instanceof ForClients.Converter clients) {
            return words(clients.words());
        }
        if (converter instanceof FindingName) {
            return words(Arrays.stream(FindingId.values()).map(FindingId::label).toList());
        }
        if (converter instanceof RulesCommand.ToolName) {
            return words(Firewall.TOOLS);
        }
        boolean isFile = option.type() == Path.class || option.paramLabel().contains("FILE");
        return new OptionValues(isFile ? Kind.FILES : Kind.FREE, List.of());
    }

    private static OptionValues words(List<String> words) {
        return new OptionValues(Kind.WORDS, words);
    }
}
