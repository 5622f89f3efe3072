package dev.intercept.diagnosis.rules;

import com.google.gson.JsonParseException;
import dev.intercept.spi.Host;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the rules of a network namespace through whichever tools are installed. */
final class RuleReader {

    private static final String NFT = "nft";

    private final Host host;
    private final List<Table> tables = new ArrayList<>();
    private final List<String> tools = new ArrayList<>();
    private final List<String> unread = new ArrayList<>();
    private final Set<String> readByIptables = new HashSet<>();

    RuleReader(Host host) {
        this.host = host;
    }

    RuleSet read() {
        readIptables("iptables-legacy");
        readIptables("iptables-nft");
        if (tools.isEmpty()) {
            readIptables("iptables");
        }
        readNft();
        return new RuleSet(tables, tools, unread);
    }

    private void readIptables(String tool) {
        output(tool + "-save").ifPresent(text -> {
            tools.add(tool);
            tables.addAll(new SavedRules(tool).parse(text));
            if (tool.equals("iptables-nft")) {
                readByIptables.addAll(namesOfTables(text));
            }
        });
    }

    /** {@code ip filter} for a line {@code *filter}. One that iptables cannot read has no such line. */
    private static List<String> namesOfTables(String saved) {
        return saved.lines()
                .filter(line -> line.startsWith("*"))
                .map(line -> "ip " + line.substring(1))
                .toList();
    }

    private void readNft() {
        Optional<Host.Output> json = host.run(NFT, "-j", "list", "ruleset");
        boolean isWithoutJson = json.filter(
                        output -> !output.isSuccess() && output.text().matches("(?s).*(JSON|option).*"))
                .isPresent();
        if (isWithoutJson) {
            unread.add(NFT);
        } else if (json.isPresent() && json.get().isSuccess()) {
            NftTexts texts = NftTexts.parse(output(NFT, "-a", "list", "ruleset").orElse(""));
            try {
                tables.addAll(parsed(json.get().text(), texts));
                tools.add(NFT);
            } catch (JsonParseException e) {
                unread.add(NFT);
            }
        }
    }

    /** nft 1.0.6 breaks off where a table is dormant: then each of the others is read by itself. */
    private List<Table> parsed(String json, NftTexts texts) {
        try {
            return new NftRules(readByIptables, texts).parse(json);
        } catch (JsonParseException e) {
            if (texts.dormant().isEmpty()) {
                throw e;
            }
        }
        List<Table> awake = new ArrayList<>();
        for (String name : texts.tables()) {
            if (!texts.dormant().contains(name)) {
                String table =
                        output((NFT + " -j list table " + name).split(" ")).orElse("");
                awake.addAll(new NftRules(readByIptables, texts).parse(table));
            }
        }
        return awake;
    }

    private Optional<String> output(String... command) {
        return host.run(command).filter(Host.Output::isSuccess).map(Host.Output::text);
    }
}
