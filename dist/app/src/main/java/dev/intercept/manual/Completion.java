package dev.intercept.manual;

import dev.intercept.cli.OptionValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What bash, zsh and fish offer behind {@code intercept}: commands, options, and the values of options. */
final class Completion {

    private final CommandSpec intercept;

    Completion(CommandLine intercept) {
        this.intercept = intercept.getCommandSpec();
    }

    /** The command itself, under no name, then its commands. */
    private Map<String, CommandSpec> commands() {
        Map<String, CommandSpec> commands = new LinkedHashMap<>();
        commands.put("", intercept);
        intercept.subcommands().forEach((name, command) -> commands.put(name, command.getCommandSpec()));
        return commands;
    }

    private static List<OptionSpec> options(CommandSpec command) {
        return command.options().stream().filter(option -> !option.hidden()).toList();
    }

    private static String joined(Map<String, CommandSpec> commands) {
        return commands.keySet().stream().filter(name -> !name.isEmpty()).collect(Collectors.joining(" "));
    }

    /** For bash, which splits words at the equals sign. */
    String bash() {
        StringBuilder text = new StringBuilder("""
                # Completion of intercept for bash.
                _intercept() {
                  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= word options= values=
                  if [ "$cur" = = ]; then
                    cur=
                  elif [ "$prev" = = ]; then
                    prev=${COMP_WORDS[COMP_CWORD-2]}
                  fi
                  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
                    case $word in
                """);
        text.append("      ").append(joined(commands()).replace(" ", " | ")).append(") command=$word ;;\n");
        text.append("    esac\n  done\n  case $command:$prev in\n");
        commands()
                .forEach((name, command) -> options(command).forEach(option -> text.append(bashValues(name, option))));
        text.append("    *)\n      case $command in\n");
        commands().forEach((name, command) -> text.append("        '")
                .append(name)
                .append("') options='")
                .append(name.isEmpty() ? joined(commands()) + " " : "")
                .append(options(command).stream()
                        .flatMap(option -> Arrays.stream(option.names()))
                        .collect(Collectors.joining(" ")))
                .append("' ;;\n"));
        return text.append("""
                      esac
                      mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
                      ;;
                  esac
                }
                complete -o default -F _intercept intercept
                """).toString();
    }

    private static String bashValues(String command, OptionSpec option) {
        OptionValues values = OptionValues.of(option);
        String action =
                switch (values.kind()) {
                    case NONE -> "";
                    case FREE -> "COMPREPLY=()";
                    case WORDS -> bashReply("-W '" + String.join(" ", values.words()) + "'");
                    case FILES -> bashReply("-f");
                    case DIRECTORIES -> bashReply("-d");
                    case USERS -> bashReply("-u");
                };
        String names =
                Arrays.stream(option.names()).map(name -> command + ":" + name).collect(Collectors.joining(" | "));
        return action.isEmpty() ? "" : "    " + names + ") " + action + " ;;\n";
    }

    private static String bashReply(String what) {
        return "mapfile -t COMPREPLY < <(compgen " + what + " -- \"$cur\")";
    }

    /** For zsh, which shows descriptions. */
    String zsh() {
        StringBuilder text = new StringBuilder("""
                #compdef intercept
                # Completion of intercept for zsh.
                local -a commands options
                """);
        text.append("commands=(\n");
        intercept.subcommands().forEach((name, command) -> text.append("  ")
                .append(quoted(name + ":"
                        + description(command.getCommandSpec().usageMessage().description())))
                .append('\n'));
        text.append(")\nlocal command=${words[(r)(")
                .append(joined(commands()).replace(' ', '|'))
                .append(")]}\n");
        text.append("case $command in\n");
        commands().forEach((name, command) -> {
            text.append("  '").append(name).append("')\n    options=(\n");
            options(command).forEach(option -> zshOption(option)
                    .forEach(line -> text.append("      ").append(quoted(line)).append('\n')));
            text.append("    )\n    ;;\n");
        });
        return text.append("""
                esac
                if [[ -z $command ]]; then
                  _arguments -s $options '1:command:{ _describe command commands }' '*: :_default'
                else
                  _arguments -s $options '*: :_default'
                fi
                """).toString();
    }

    private static List<String> zshOption(OptionSpec option) {
        OptionValues values = OptionValues.of(option);
        String action =
                switch (values.kind()) {
                    case NONE -> "";
                    case FREE -> ":value: ";
                    case WORDS -> ":value:(" + String.join(" ", values.words()) + ")";
                    case FILES -> ":file:_files";
                    case DIRECTORIES -> ":directory:_files -/";
                    case USERS -> ":user:_users";
                };
        String text = "[" + description(option.description()).replaceAll("[\\[\\]:\\\\]", "\\\\$0") + "]";
        List<String> lines = new ArrayList<>();
        for (String name : option.names()) {
            String attached = action.isEmpty() ? "" : name.startsWith("--") ? "=" : "+";
            lines.add(name + attached + text + action);
        }
        return lines;
    }

    /** For fish. */
    String fish() {
        StringBuilder text = new StringBuilder("# Completion of intercept for fish.\n");
        String names = joined(commands());
        commands().forEach((name, command) -> {
            String when =
                    name.isEmpty() ? "not __fish_seen_subcommand_from " + names : "__fish_seen_subcommand_from " + name;
            if (!name.isEmpty()) {
                text.append("complete -c intercept -n 'not __fish_seen_subcommand_from ")
                        .append(names)
                        .append("' -f -a ")
                        .append(name)
                        .append(" -d ")
                        .append(quotedForFish(description(command.usageMessage().description())))
                        .append('\n');
            }
            options(command).forEach(option -> text.append("complete -c intercept -n '")
                    .append(when)
                    .append('\'')
                    .append(fishOption(option))
                    .append('\n'));
        });
        return text.toString();
    }

    private static String fishOption(OptionSpec option) {
        OptionValues values = OptionValues.of(option);
        String names = Arrays.stream(option.names())
                .map(name -> name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1))
                .collect(Collectors.joining());
        String action =
                switch (values.kind()) {
                    case NONE -> "";
                    case FREE -> " -x";
                    case WORDS -> " -x -a " + quotedForFish(String.join(" ", values.words()));
                    case FILES -> " -r -F";
                    case DIRECTORIES -> " -x -a '(__fish_complete_directories)'";
                    case USERS -> " -x -a '(__fish_complete_users)'";
                };
        return names + action + " -d " + quotedForFish(description(option.description()));
    }

    /** The first of its sentences, or what stands in front of its further parts. */
    private static String description(String... description) {
        return String.format(String.join(" ", description)).replaceFirst("(?s)[.:;] .*|\\.$| \\(default.*", "");
    }

    private static String quoted(String text) {
        return '\'' + text.replace("'", "'\\''") + '\'';
    }

    private static String quotedForFish(String text) {
        return '\'' + text.replace("\\", "\\\\").replace("'", "\\'") + '\'';
    }
}
