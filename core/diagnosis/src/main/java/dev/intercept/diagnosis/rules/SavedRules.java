package dev.intercept.diagnosis.rules;

import dev.intercept.diagnosis.rules.Rule.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads what iptables-save prints: {@code *table}, {@code :CHAIN POLICY}, {@code -A CHAIN conditions -j TARGET}. See iptables-save(8). */
final class SavedRules {

    private final String tool;

    /** @param tool the command that changes these rules */
    SavedRules(String tool) {
        this.tool = tool;
    }

    List<Table> parse(String text) {
        List<Table> tables = new ArrayList<>();
        String tableName = "";
        Table table = new Table();
        for (String line : text.split("\n")) {
            if (line.startsWith("*")) {
                tableName = line.substring(1).strip();
                table = new Table();
                tables.add(table);
            } else if (line.startsWith(":")) {
                table.define(chain(line));
            } else if (line.startsWith("-A ")) {
                String[] words = line.split(" ", 3);
                String conditions = words.length > 2 ? words[2] : "";
                table.add(words[1], rule(tableName, words[1], conditions));
            }
        }
        return tables;
    }

    /** A chain with a policy is one that the kernel calls; a chain of the user has {@code -}. */
    private static Chain chain(String line) {
        String[] words = line.substring(1).split(" ");
        boolean isBuiltIn = words.length > 1 && !words[1].equals("-");
        return new Chain(words[0], isBuiltIn ? words[0].toLowerCase(Locale.ROOT) : "");
    }

    private Rule rule(String tableName, String chain, String text) {
        SavedRuleWords words = new SavedRuleWords(text);
        String at = tool + " -t " + tableName;
        return new Rule(
                action(words.target()),
                words.match(),
                words.firstNumber(),
                words.lastNumber(),
                words.isBypass(),
                action(words.target()) == Action.JUMP ? words.target() : "",
                tool + ": -A " + chain + " " + text,
                at + " -D " + chain + " " + text,
                at + " -I " + chain + " " + text);
    }

    private static Action action(String target) {
        return switch (target) {
            case "QUEUE", "NFQUEUE" -> Action.QUEUE;
            case "NFLOG" -> Action.COPY;
            case "ACCEPT" -> Action.ACCEPT;
            case "DROP", "REJECT" -> Action.DROP;
            case "", "LOG", "MARK", "CONNMARK", "RETURN", "TCPMSS", "CT", "NOTRACK", "TRACE", "AUDIT" -> Action.OTHER;
            default -> Action.JUMP;
        };
    }
}
