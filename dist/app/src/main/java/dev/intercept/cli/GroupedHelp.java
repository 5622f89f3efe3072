package dev.intercept.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options in the help text, under the name of the mixin that each came with. */
final class GroupedHelp implements IHelpSectionRenderer {

    @Override
    public String render(Help help) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, CommandSpec> group : help.commandSpec().mixins().entrySet()) {
            if (group.getValue().options().stream().allMatch(OptionSpec::hidden)) {
                continue;
            }
            text.append('\n').append(group.getKey()).append(":\n");
            text.append(options(help, group.getValue().options()));
        }
        return text.toString();
    }

    /** The layout is made from all options of the command, so that the columns of all groups stand in line. */
    private static String options(Help help, List<OptionSpec> options) {
        Help.Layout layout = help.createDefaultLayout(
                help.commandSpec().options(), help.commandSpec().positionalParameters(), help.colorScheme());
        List<OptionSpec> visible = new ArrayList<>(options);
        visible.removeIf(OptionSpec::hidden);
        layout.addOptions(visible, help.createDefaultParamLabelRenderer());
        return layout.toString();
    }
}
