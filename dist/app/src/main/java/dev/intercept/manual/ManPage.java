package dev.intercept.manual;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * The manual page intercept(8): names, options, commands and exit codes from the command line's model, so that they say what
 * {@code --help} says; the rest from {@code notes.8}.
 */
final class ManPage {

    private static final int SECTION = 8;

    private static final Help.IParamLabelRenderer LABELS =
            new Help(CommandSpec.create()).createDefaultParamLabelRenderer();

    private final CommandSpec intercept;
    private final Troff page = new Troff();

    ManPage(CommandLine intercept) {
        this.intercept = intercept.getCommandSpec();
    }

    /**
     * @param date as it stands at the foot of the page
     * @param notes the sections behind the generated ones, in the macros of groff_man(7)
     */
    String render(String version, String date, String notes) {
        page.title("INTERCEPT", SECTION, date, "intercept " + version, "System administration");
        page.section("NAME")
                .markedUp("intercept \\- receiving server of TCPCopy, the online request replication tool\n");
        synopsis();
        page.section("DESCRIPTION").paragraphs(description(intercept));
        page.section("OPTIONS");
        intercept.mixins().forEach((heading, group) -> {
            if (!group.options().stream().allMatch(OptionSpec::hidden)) {
                page.subsection(heading);
            }
            group.options().forEach(this::option);
        });
        page.section("COMMANDS");
        intercept.subcommands().values().forEach(command -> command(command.getCommandSpec()));
        page.section("EXIT STATUS");
        exitCodes(intercept.usageMessage());
        return page.markedUp(notes).toString();
    }

    private void synopsis() {
        page.section("SYNOPSIS").markedUp(Troff.bold("intercept") + " [" + Troff.italic("OPTION") + "]...\n");
        for (CommandLine command : intercept.subcommands().values()) {
            page.markedUp(".br\n" + Troff.bold("intercept " + command.getCommandName()) + " [" + Troff.italic("OPTION")
                    + "]...\n");
        }
    }

    private static List<String> description(CommandSpec command) {
        List<String> texts = new ArrayList<>();
        for (String text : command.usageMessage().description()) {
            texts.add(String.format(text));
        }
        return texts;
    }

    private void option(OptionSpec option) {
        if (!option.hidden()) {
            page.item(term(option), String.format(String.join(" ", option.description())));
        }
    }

    /** All names, the short one first, and behind the last its value. */
    private static String term(OptionSpec option) {
        String names = Arrays.stream(option.names())
                .sorted(Comparator.comparingInt(String::length))
                .map(Troff::bold)
                .collect(Collectors.joining(", "));
        String value =
                LABELS.renderParameterLabel(option, Help.Ansi.OFF, List.of()).toString();
        return value.startsWith("=") ? names + "=" + Troff.italic(value.substring(1)) : names + value;
    }

    private void command(CommandSpec command) {
        UsageMessageSpec usage = command.usageMessage();
        page.subsection("intercept " + command.name());
        page.paragraphs(List.of(usage.header())).paragraphs(description(command));
        command.positionalParameters()
                .forEach(parameter -> page.item(
                        Troff.italic(parameter.paramLabel()),
                        String.format(String.join(" ", parameter.description()))));
        command.options().stream().filter(option -> !isOfIntercept(option)).forEach(this::option);
        exitCodes(usage);
        page.paragraphs(List.of(usage.footer()));
    }

    /** Whether the command merely takes an option of {@code intercept} itself, with the same meaning. */
    private boolean isOfIntercept(OptionSpec option) {
        OptionSpec same = intercept.findOption(option.longestName());
        return same != null && Arrays.equals(same.description(), option.description());
    }

    private void exitCodes(UsageMessageSpec usage) {
        for (Map.Entry<String, String> code : usage.exitCodeList().entrySet()) {
            page.item(Troff.bold(code.getKey()), code.getValue());
        }
    }
}
