package dev.intercept.cli;

import dev.intercept.capture.BackendRegistry;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.OptionSpec;

/** Run by the build: writes what the declarations of a start's options say, for {@link PlainStart} to read without picocli. */
public final class StartOptionTable {

    private StartOptionTable() {}

    /** @param args the directory of classes to write to */
    public static void main(String[] args) throws IOException {
        Path file =
                Path.of(args[0], PlainStart.class.getPackageName().split("\\.")).resolve(PlainStart.TABLE);
        Files.writeString(file, text());
    }

    /** A line an option, its columns as {@link PlainStart} reads them. */
    static String text() {
        return CommandLines.withoutSubcommands(BackendRegistry.of()).getCommandSpec().options().stream()
                .map(StartOptionTable::row)
                .sorted()
                .collect(Collectors.joining());
    }

    private static String row(OptionSpec option) {
        Field field = (Field) option.userObject();
        return String.join(
                        "\t",
                        String.join(" ", option.names()),
                        field.getDeclaringClass().getSimpleName(),
                        field.getName(),
                        option.converters().length == 0
                                ? ""
                                : option.converters()[0].getClass().getName(),
                        option.splitRegex(),
                        option.fallbackValue(),
                        option.defaultValue() == null ? "" : option.defaultValue())
                + "\n";
    }
}
