package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.TextHost;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The chain {@code ip t out} of a host that has nft alone, and what commands of nft(8) make of it and of a table of intercept's
 * before it. Judges rules by their text, as {@link OutputChain} does, and not by the code that made a remedy.
 */
final class NftChain {

    /** Conditions as listed and as in libnftables-json(5). */
    static final Map<String, String> MATCHES = Map.of(
            "tcp sport 8080", sport("8080"),
            "tcp sport { 8080, 9000 }", sport("{\"set\": [8080, 9000]}"),
            "tcp sport 8000-8100", sport("{\"range\": [8000, 8100]}"),
            "meta l4proto tcp", match("{\"meta\": {\"key\": \"l4proto\"}}", "\"tcp\""),
            "oifname \"eth0\" meta l4proto tcp",
                    match("{\"meta\": {\"key\": \"oifname\"}}", "\"eth0\"") + ", "
                            + match("{\"meta\": {\"key\": \"l4proto\"}}", "\"tcp\""),
            "tcp sport 22", sport("22"),
            "tcp dport 8080", match("{\"payload\": {\"protocol\": \"tcp\", \"field\": \"dport\"}}", "8080"));

    /** Statements, the same way. */
    static final Map<String, String> STATEMENTS = new LinkedHashMap<>(Map.of(
            "queue to 0", "{\"queue\": {\"num\": 0}}",
            "queue to 3", "{\"queue\": {\"num\": 3}}",
            "queue flags bypass to 0", "{\"queue\": {\"num\": 0, \"flags\": \"bypass\"}}",
            "queue flags fanout to 0-1", "{\"queue\": {\"num\": {\"range\": [0, 1]}, \"flags\": \"fanout\"}}",
            "queue to 65535", "{\"queue\": {\"num\": 65535}}",
            "log group 0", "{\"log\": {\"group\": 0}}",
            "log group 0 queue to 65535", "{\"log\": {\"group\": 0}}, {\"queue\": {\"num\": 65535}}",
            "log group 0 drop", "{\"log\": {\"group\": 0}}, {\"drop\": null}",
            "accept", "{\"accept\": null}",
            "drop", "{\"drop\": null}"));

    private static final Pattern INSERTION = Pattern.compile("nft insert rule ip t out '?([^']*)'?");
    private static final Pattern DELETION = Pattern.compile("nft delete rule ip t out handle (\\d+)");
    private static final Pattern OWN = Pattern.compile("insert rule ip intercept output (.*?) comment");
    private static final Pattern SPORT = Pattern.compile("tcp sport (\\{[^}]*}|[0-9-]+)");

    private final Map<Integer, String> rules = new LinkedHashMap<>();
    private final Map<Integer, String> json = new LinkedHashMap<>();
    private final List<String> own = new ArrayList<>();
    private int handles = 1;

    private static String match(String left, String right) {
        return "{\"match\": {\"op\": \"==\", \"left\": " + left + ", \"right\": " + right + "}}";
    }

    private static String sport(String right) {
        return match("{\"payload\": {\"protocol\": \"tcp\", \"field\": \"sport\"}}", right);
    }

    /** One more rule at the end. */
    void add(String match, String statement) {
        json.put(++handles, MATCHES.get(match) + ", " + STATEMENTS.get(statement));
        rules.put(handles, match + ' ' + statement);
    }

    TextHost host() {
        String chain = "{\"chain\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"out\", \"type\": \"filter\","
                + " \"hook\": \"output\", \"prio\": 0, \"policy\": \"accept\"}}";
        StringBuilder objects = new StringBuilder(chain);
        StringBuilder listing = new StringBuilder("table ip t {\n\tchain out {\n");
        json.forEach((handle, expressions) -> {
            objects.append(", {\"rule\": {\"family\": \"ip\", \"table\": \"t\", \"chain\": \"out\", \"handle\": ")
                    .append(handle + ", \"expr\": [" + expressions + "]}}");
            listing.append("\t\t" + rules.get(handle) + " # handle " + handle + '\n');
        });
        return new TextHost()
                .command("nft -v", "nftables v1.0.6")
                .command("nft -j list ruleset", "{\"nftables\": [" + objects + "]}")
                .command("nft -a list ruleset", listing + "\t}\n}\n");
    }

    /** Runs one command, which is one transaction; what is no change of the chain leaves it alone. */
    void run(String command) {
        String words = command.replaceFirst(" *#.*", "");
        Matcher insertion = INSERTION.matcher(words);
        Matcher deletion = DELETION.matcher(words);
        if (insertion.matches()) {
            Map<Integer, String> before = new LinkedHashMap<>(rules);
            rules.clear();
            rules.put(++handles, insertion.group(1));
            rules.putAll(before);
        } else if (deletion.matches()) {
            if (rules.remove(Integer.valueOf(deletion.group(1))) == null) {
                throw new AssertionError("no such rule: " + command);
            }
        } else if (words.startsWith("nft 'add table ip intercept; add chain")) {
            OWN.matcher(words).results().forEach(rule -> own.add(0, rule.group(1)));
        } else if (words.startsWith("nft ") && !words.equals("nft list ruleset")) {
            throw new AssertionError("what does it do: " + command);
        }
    }

    /** Whether an answer of the server on this port leaves the host, while nobody listens on any queue. */
    boolean lets(int port) {
        return lets(own, port) && lets(rules.values(), port);
    }

    private static boolean lets(Iterable<String> chain, int port) {
        for (String rule : chain) {
            if (matches(rule, port)) {
                if (rule.contains(" queue ")) {
                    return rule.contains("bypass");
                }
                if (rule.endsWith(" drop") || rule.endsWith(" accept")) {
                    return rule.endsWith(" accept");
                }
            }
        }
        return true;
    }

    private static boolean matches(String rule, int port) {
        Matcher sport = SPORT.matcher(rule);
        if (rule.contains("dport")) {
            return false; // An answer's destination port is the client's: none of those.
        }
        return !sport.find()
                || Arrays.stream(sport.group(1).replaceAll("[{} ]", "").split(","))
                        .map(range -> range.split("-"))
                        .anyMatch(range -> Integer.parseInt(range[0]) <= port
                                && port <= Integer.parseInt(range[range.length - 1]));
    }

    @Override
    public String toString() {
        return own + " " + rules;
    }
}
