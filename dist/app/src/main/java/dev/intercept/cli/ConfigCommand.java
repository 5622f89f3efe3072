package dev.intercept.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code intercept config}: writes a file for {@code --config}. */
@Command(
        name = "config",
        description = {
            "Prints a configuration file with every option of a start, each as a comment with what it does and its default. Remove "
                    + "the # in front of what is to be in force, and start with --config=FILE."
        })
final class ConfigCommand implements Callable<Integer> {

    private static final int WIDTH = 100;

    @Option(names = "--print-default", description = "print it")
    private boolean printDefault;

    @Mixin
    private final HelpOption help = new HelpOption();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (!printDefault) {
            throw new ParameterException(spec.commandLine(), "--print-default is missing: it is all that config does");
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(text(spec.parent()));
        out.flush();
        return 0;
    }

    /** @param intercept with the groups of its options as mixins */
    static String text(CommandSpec intercept) {
        StringBuilder text = new StringBuilder("""
                # Options of intercept, for --config=FILE: long names, one a line. Behind # is a comment.
                # 'intercept check --config=FILE' tries them. 'intercept reload' puts changes in force while it runs, where they
                # can be without a restart, and names the others.
                """);
        for (Map.Entry<String, CommandSpec> group : intercept.mixins().entrySet()) {
            boolean isOfStart = group.getValue().options().stream().anyMatch(ConfigCommand::isForFile);
            if (isOfStart) {
                text.append("\n## ").append(group.getKey()).append('\n');
                group.getValue().options().stream()
                        .filter(ConfigCommand::isForFile)
                        .forEach(option -> text.append(entry(option)));
            }
        }
        return text.toString();
    }

    /** Those of the originals are taken, but not recommended. */
    private static boolean isForFile(OptionSpec option) {
        boolean isFormer = option.userObject() instanceof java.lang.reflect.Field field
                && field.getDeclaringClass() == FormerOptions.class;
        return !option.hidden() && !isFormer && ConfigFile.takes(option.longestName());
    }

    private static String entry(OptionSpec option) {
        String name = option.longestName().replaceFirst("^--", "");
        String value = option.defaultValue() == null ? option.paramLabel() : option.defaultValue();
        String description = String.format(String.join(" ", option.description()));
        return "\n" + wrapped(description) + "#" + name + (option.arity().max() == 0 ? "" : "=" + value) + "\n";
    }

    private static String wrapped(String description) {
        StringBuilder lines = new StringBuilder();
        StringBuilder line = new StringBuilder("#");
        for (String word : description.split(" ")) {
            if (line.length() + 1 + word.length() > WIDTH) {
                lines.append(line).append('\n');
                line.setLength(1);
            }
            line.append(' ').append(word);
        }
        return lines.append(line).append('\n').toString();
    }
}
