package dev.intercept.diagnosis.rules;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rules as {@code nft -a list ruleset} writes them, which is as they can be typed, found by their handles. See nft(8). */
final class NftTexts {

    private static final Pattern TABLE = Pattern.compile("table (\\S+ \\S+) \\{.*");
    private static final Pattern CHAIN = Pattern.compile("\tchain (\\S+) \\{.*");
    private static final Pattern RULE_END = Pattern.compile("(.*) # handle (\\d+)");
    private static final Pattern COUNTED = Pattern.compile("\\bcounter packets \\d+ bytes \\d+");

    private final Map<String, String> texts = new HashMap<>();
    private final Set<String> tables = new LinkedHashSet<>();
    private final Set<String> dormant = new HashSet<>();
    private final StringBuilder open = new StringBuilder();
    private String table = "";
    private String chain = "";

    private NftTexts() {}

    static NftTexts parse(String listing) {
        NftTexts texts = new NftTexts();
        listing.lines().forEach(texts::take);
        return texts;
    }

    private void take(String line) {
        Matcher tableLine = TABLE.matcher(line);
        Matcher chainLine = CHAIN.matcher(line);
        if (tableLine.matches()) {
            table = tableLine.group(1);
            tables.add(table);
        } else if (chainLine.matches()) {
            chain = chainLine.group(1);
        } else if (line.matches("\tflags .*\\bdormant\\b.*")) {
            dormant.add(table);
        } else if (line.startsWith("\t}")) {
            chain = "";
        } else if (!chain.isEmpty() && line.startsWith("\t\t")) {
            takeOfRule(line.strip());
        }
    }

    /** Long sets go over several lines. */
    private void takeOfRule(String line) {
        boolean isOfChain = line.startsWith("type ") && line.contains(" hook ") || line.startsWith("comment ");
        if (open.isEmpty() && isOfChain) {
            return;
        }
        open.append(open.isEmpty() ? "" : " ").append(line);
        Matcher end = RULE_END.matcher(open);
        if (end.matches()) {
            String text = COUNTED.matcher(end.group(1)).replaceAll("counter");
            texts.put(table + ' ' + chain + ' ' + end.group(2), text);
            open.setLength(0);
        }
    }

    /** All of them, {@code "ip filter"}, in their order. */
    Set<String> tables() {
        return tables;
    }

    /** Those whose chains the kernel does not call. */
    Set<String> dormant() {
        return dormant;
    }

    /**
     * One rule, without what its counters counted; empty where it was not listed.
     *
     * @param place {@code "ip filter OUTPUT"}
     */
    String of(String place, String handle) {
        return texts.getOrDefault(place + ' ' + handle, "");
    }

    /** A rule as one word of a shell; empty where it cannot be. */
    static String quoted(String text) {
        if (text.contains("'")) {
            return "";
        }
        return text.matches("[\\w .,:/@=+-]*") ? text : "'" + text + "'";
    }
}
