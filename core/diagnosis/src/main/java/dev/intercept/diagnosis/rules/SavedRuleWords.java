package dev.intercept.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The words of one line of iptables-save after {@code -A CHAIN}. See iptables-extensions(8). */
final class SavedRuleWords {

    /** Modules whose conditions are in the words behind them. */
    private static final Set<String> MODULES = Set.of("tcp", "multiport", "state", "conntrack", "comment");

    /** Modules that choose by count, time or chance: two rules that have one need not match the same packets. */
    private static final Set<String> CHANCES = Set.of(
            "connbytes",
            "connlimit",
            "hashlimit",
            "limit",
            "nfacct",
            "quota",
            "rateest",
            "recent",
            "statistic",
            "time");

    /** Words of targets that do not choose packets. */
    private static final Set<String> SILENT = Set.of(
            "--comment", "--nflog-prefix", "--nflog-size", "--nflog-threshold", "--nflog-range", "--reject-with");

    private final String id;
    private Match match = Match.EVERYTHING;
    private boolean isBypass;
    private boolean isGoto;
    private String target = "";
    private int firstNumber = -1;
    private int lastNumber = -1;

    /** @param number of the rule, which no other has */
    SavedRuleWords(String text, int number) {
        id = " of rule " + number;
        List<String> words = words(text);
        for (int i = 0; i < words.size(); ) {
            boolean isNot = words.get(i).equals("!") && i + 1 < words.size();
            i += isNot ? 1 : 0;
            i += take(words.get(i), i + 1 < words.size() ? words.get(i + 1) : "", isNot);
        }
        boolean countsFromZero = target.equals("QUEUE") || target.equals("NFQUEUE") || target.equals("NFLOG");
        if (firstNumber < 0 && countsFromZero && !match.isUnread()) {
            firstNumber = 0;
            lastNumber = 0;
        }
    }

    /** A quoted text is one word. */
    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder open = new StringBuilder();
        boolean isQuoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            isQuoted ^= c == '"' && (i == 0 || text.charAt(i - 1) != '\\');
            if (c != ' ' || isQuoted) {
                open.append(c);
            } else if (open.length() > 0) {
                words.add(open.toString());
                open.setLength(0);
            }
        }
        if (open.length() > 0) {
            words.add(open.toString());
        }
        return words;
    }

    /** @return how many words belong together */
    private int take(String word, String value, boolean isNot) {
        switch (word) {
            case "-p" -> condition(protocol(value, isNot));
            case "-m" -> condition(MODULES.contains(value) ? Match.EVERYTHING : Match.unread(module(value)));
            case "-j" -> target = value;
            case "-g" -> {
                target = value;
                isGoto = true;
            }
            case "--sport", "--source-port", "--sports", "--source-ports", "--ports" ->
                condition(Match.ofPorts(ports(value, isNot)));
            case "--dport", "--destination-port", "--dports", "--destination-ports" ->
                condition(Match.ofClientPorts(ports(value, isNot)));
            case "--state", "--ctstate" -> condition(Match.ofState(hasWord(value, "ESTABLISHED") != isNot));
            case "--ctdir" -> condition(Match.ofState(value.equals("REPLY") != isNot));
            case "-s", "-d", "-o" -> condition(Match.part((isNot ? "! " : "") + word + ' ' + value));
            case "--queue-num", "--nflog-group" -> numbers(value, value);
            case "--queue-balance" -> numbers(value.split(":")[0], value.substring(value.indexOf(':') + 1));
            case "--queue-bypass" -> isBypass = true;
            default -> {
                if (target.isEmpty() && !SILENT.contains(word)) {
                    condition(Match.unread((isNot ? "! " : "") + word + ' ' + value));
                }
                return SILENT.contains(word) ? 2 : 1;
            }
        }
        return word.equals("--queue-bypass") ? 1 : 2;
    }

    private String module(String name) {
        return "-m " + name + (CHANCES.contains(name) ? id : "");
    }

    private void condition(Match condition) {
        match = match.and(condition);
    }

    private static Match either(boolean isForAnswers) {
        return isForAnswers ? Match.EVERYTHING : Match.NOTHING;
    }

    private static Match protocol(String name, boolean isNot) {
        boolean isTcp = name.equals("tcp") || name.equals("6") || name.equals("all");
        return either(isTcp != isNot);
    }

    private static boolean hasWord(String list, String word) {
        return List.of(list.split(",")).contains(word);
    }

    private Ports ports(String text, boolean isNot) {
        List<PortRange> ranges = new ArrayList<>();
        try {
            for (String port : text.split(",")) {
                ranges.add(PortRange.parse(port));
            }
        } catch (NumberFormatException e) {
            condition(Match.unread("ports " + text));
            return Ports.ALL;
        }
        Ports ports = Ports.of(ranges);
        return isNot ? ports.not() : ports;
    }

    private void numbers(String first, String last) {
        try {
            firstNumber = Integer.parseInt(first);
            lastNumber = Integer.parseInt(last);
        } catch (NumberFormatException e) {
            condition(Match.unread("number " + first));
        }
    }

    /** Empty where it has none and goes on. */
    String target() {
        return target;
    }

    boolean isGoto() {
        return isGoto;
    }

    Match match() {
        return match;
    }

    int firstNumber() {
        return firstNumber;
    }

    int lastNumber() {
        return lastNumber;
    }

    boolean isBypass() {
        return isBypass;
    }
}
