package dev.intercept.diagnosis.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The OUTPUT chain of a host, changed by commands of iptables(8) and asked for what becomes of an answer. Reads by itself what it
 * needs, so that a remedy is not judged by the code that made it.
 */
final class OutputChain {

    private final List<String> rules;

    OutputChain(List<String> rules) {
        this.rules = new ArrayList<>(rules);
    }

    OutputChain copy() {
        return new OutputChain(rules);
    }

    /** As iptables-save prints it. */
    String saved() {
        StringBuilder text = new StringBuilder("*filter\n:OUTPUT ACCEPT [0:0]\n");
        rules.forEach(rule -> text.append("-A OUTPUT ").append(rule).append('\n'));
        return text.append("COMMIT\n").toString();
    }

    /** Runs one command; what is no change of the chain leaves it alone. */
    void run(String command) {
        String words = command.replaceFirst(" *#.*", "").replaceFirst(" -t filter", "");
        String[] parts = words.split(" ", 4);
        if (!parts[0].startsWith("iptables")) {
            return;
        }
        if (!parts[2].equals("OUTPUT")) {
            throw new AssertionError("another chain: " + command);
        }
        switch (parts[1]) {
            case "-I" -> rules.add(0, parts[3]);
            case "-D" -> delete(parts[3], command);
            default -> throw new AssertionError("what does it do: " + command);
        }
    }

    private void delete(String rule, String command) {
        if (!rules.remove(rule)) {
            throw new AssertionError("no such rule: " + command + " in " + rules);
        }
    }

    /** Whether an answer of the server on this port leaves the host. */
    boolean lets(int sourcePort) {
        for (String rule : rules) {
            List<String> words = Arrays.asList(rule.split(" "));
            if (matches(words, sourcePort)) {
                switch (words.get(words.indexOf("-j") + 1)) {
                    case "ACCEPT" -> {
                        return true;
                    }
                    case "DROP" -> {
                        return false;
                    }
                    case "QUEUE", "NFQUEUE" -> {
                        return words.contains("--queue-bypass");
                    }
                    default -> {
                        // NFLOG: the next rule is looked at.
                    }
                }
            }
        }
        return true;
    }

    private static boolean matches(List<String> words, int sourcePort) {
        int at = Math.max(words.indexOf("--sport"), words.indexOf("--sports"));
        if (words.contains("--dport") || words.contains("--dports")) {
            return false; // An answer's destination port is the client's: none of those.
        }
        return at < 0
                || Arrays.stream(words.get(at + 1).split(","))
                        .map(range -> range.split(":"))
                        .anyMatch(range -> Integer.parseInt(range[0]) <= sourcePort
                                && sourcePort <= Integer.parseInt(range[range.length - 1]));
    }
}
