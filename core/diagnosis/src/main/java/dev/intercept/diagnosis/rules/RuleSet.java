package dev.intercept.diagnosis.rules;

import dev.intercept.spi.Host;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** All rules of this network namespace that answers can meet. Read through whichever tools are installed. */
public final class RuleSet {

    /**
     * A rule that hands answers up.
     *
     * @param winner the rule before it that takes every answer it would match; null where there is none
     */
    public record Feed(Rule rule, Rule winner) {}

    private final List<List<Rule>> ways;
    private final List<String> tools;

    private RuleSet(List<List<Rule>> ways, List<String> tools) {
        this.ways = ways;
        this.tools = tools;
    }

    public static RuleSet read(Host host) {
        List<Table> tables = new ArrayList<>();
        List<String> tools = new ArrayList<>();
        Set<String> toldByIptables = new HashSet<>();
        for (String tool : List.of("iptables-legacy", "iptables-nft")) {
            output(host, tool + "-save").ifPresent(text -> {
                tools.add(tool);
                tables.addAll(new SavedRules(tool).parse(text));
                if (tool.equals("iptables-nft")) {
                    toldByIptables.addAll(namesOfTables(text));
                }
            });
        }
        if (tools.isEmpty()) {
            output(host, "iptables-save").ifPresent(text -> {
                tools.add("iptables");
                tables.addAll(new SavedRules("iptables").parse(text));
            });
        }
        output(host, "nft", "-j", "list", "ruleset").ifPresent(text -> {
            tools.add("nft");
            tables.addAll(NftRules.parse(text, toldByIptables));
        });
        List<List<Rule>> ways = new ArrayList<>();
        tables.forEach(table -> ways.addAll(table.waysOfAnswers()));
        return new RuleSet(ways, tools);
    }

    /** {@code ip filter} for a line {@code *filter}. One that iptables cannot read has no such line. */
    private static List<String> namesOfTables(String saved) {
        return saved.lines()
                .filter(line -> line.startsWith("*"))
                .map(line -> "ip " + line.substring(1))
                .toList();
    }

    private static Optional<String> output(Host host, String... command) {
        return host.run(command).filter(Host.Output::isSuccess).map(Host.Output::text);
    }

    /** Whose rules could be read; none when no tool is installed or the privilege is missing. */
    public List<String> tools() {
        return List.copyOf(tools);
    }

    /** The rules with this action that see answers, with what wins over each. */
    public List<Feed> feeds(Rule.Action action) {
        List<Feed> feeds = new ArrayList<>();
        for (List<Rule> way : ways) {
            for (int i = 0; i < way.size(); i++) {
                if (way.get(i).action() == action) {
                    feeds.add(new Feed(way.get(i), winner(way, i)));
                }
            }
        }
        return feeds;
    }

    private static Rule winner(List<Rule> way, int index) {
        for (Rule earlier : way.subList(0, index)) {
            if (earlier.ends()
                    && earlier.action() != Rule.Action.QUEUE
                    && earlier.match().covers(way.get(index).match())) {
                return earlier;
            }
        }
        return null;
    }

    /**
     * The later rule that stops what {@code copying} hands up, by a drop or by a queue; without one, answers escape. Whether
     * somebody listens on the queue does not matter.
     */
    public Optional<Rule> stopAfter(Rule copying) {
        for (List<Rule> way : ways) {
            int index = way.indexOf(copying);
            for (int i = index + 1; index >= 0 && i < way.size(); i++) {
                if (way.get(i).stops() && way.get(i).match().covers(copying.match())) {
                    return Optional.of(way.get(i));
                }
            }
        }
        return Optional.empty();
    }
}
