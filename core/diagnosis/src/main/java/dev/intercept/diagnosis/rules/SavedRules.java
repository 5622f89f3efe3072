package dev.intercept.diagnosis.rules;

import dev.intercept.diagnosis.rules.Rule.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads what iptables-save prints: {@code *table}, {@code :CHAIN POLICY}, {@code -A CHAIN conditions -j TARGET}. See iptables-save(8). */
final class SavedRules {

    /** NF_IP_PRI_… of the kernel. The table nat is not among them: it sees the first packet of a connection, which no answer is. */
    private static final Map<String, Integer> PRIORITIES =
            Map.of("raw", -300, "mangle", -150, "filter", 0, "security", 50);

    private final String tool;
    private final List<Table> tables = new ArrayList<>();
    private String tableName = "";
    private Table table = new Table();
    private int ruleCount;

    /** @param tool the command that changes these rules */
    SavedRules(String tool) {
        this.tool = tool;
    }

    List<Table> parse(String text) {
        for (String line : text.split("\n")) {
            if (line.startsWith("*")) {
                tableName = line.substring(1).strip();
                table = new Table();
                tables.add(table);
            } else if (line.startsWith(":")) {
                table.define(chain(line));
            } else if (line.startsWith("-A ")) {
                String[] words = line.split(" ", 3);
                add(words[1], words.length > 2 ? words[2] : "");
            }
        }
        return tables;
    }

    /** A chain with a policy is one that the kernel calls; a chain of the user has {@code -}. */
    private Chain chain(String line) {
        String[] words = line.substring(1).split(" ");
        Integer priority = PRIORITIES.get(tableName);
        return words.length > 1 && !words[1].equals("-") && priority != null
                ? new Chain(
                        words[0],
                        words[0].toLowerCase(Locale.ROOT),
                        priority,
                        words[1].equals("DROP"),
                        at() + " -I " + words[0])
                : new Chain(words[0]);
    }

    private String at() {
        return tool + " -t " + tableName;
    }

    private void add(String chain, String text) {
        SavedRuleWords words = new SavedRuleWords(text, ++ruleCount);
        Rule rule = new Rule(
                action(words.target()),
                words.match(),
                words.firstNumber(),
                words.lastNumber(),
                words.isBypass(),
                words.target(),
                tool + ": -A " + chain + " " + text,
                at() + " -D " + chain + " " + text,
                at() + " -I " + chain + " " + text,
                Rule.Base.NONE);
        table.add(chain, rule);
        if (words.isGoto()) {
            table.add(chain, Rule.of(Action.RETURN, words.match(), rule.text()));
        }
    }

    static Action action(String target) {
        return switch (target) {
            case "QUEUE", "NFQUEUE" -> Action.QUEUE;
            case "NFLOG" -> Action.COPY;
            case "ACCEPT" -> Action.ACCEPT;
            case "DROP", "REJECT" -> Action.DROP;
            case "RETURN" -> Action.RETURN;
            case "",
                    "AUDIT",
                    "CHECKSUM",
                    "CLASSIFY",
                    "CONNMARK",
                    "CONNSECMARK",
                    "CT",
                    "DSCP",
                    "ECN",
                    "LOG",
                    "MARK",
                    "NOTRACK",
                    "SECMARK",
                    "SET",
                    "TCPMSS",
                    "TCPOPTSTRIP",
                    "TEE",
                    "TOS",
                    "TRACE",
                    "TTL" -> Action.OTHER;
            default -> Action.JUMP;
        };
    }
}
