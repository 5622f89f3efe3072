package dev.intercept.diagnosis.rules;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * nft, and a table of our own: {@code ip intercept}. Its chain comes before those of other tables that filter, so that what they
 * accept or drop has been handed up before. Each rule has its words as its comment too, which nft gives back unchanged. Every
 * change is one transaction of the kernel.
 */
final class NftTable implements RuleTool {

    static final String NAME = "nft";

    private static final String TABLE = "ip intercept";
    private static final String CHAIN = TABLE + " output";
    private static final int PRIORITY = -20;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean canTake(QueueRule rule) {
        try {
            RuleTool.exec(List.of(NAME, "-v"));
            return !rule.nft().isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public List<String> commands(QueueRule rule) {
        return rule.nft().isEmpty() ? List.of() : List.of(shown(insertion(rule)));
    }

    private static String insertion(QueueRule rule) {
        List<String> lastFirst = new ArrayList<>(rule.nft());
        Collections.reverse(lastFirst);
        return "add table " + TABLE + "; add chain " + CHAIN + " { type filter hook output priority " + PRIORITY
                + "; }; "
                + lastFirst.stream()
                        .map(words -> "insert rule " + CHAIN + ' ' + words + " comment \"" + words + '"')
                        .collect(Collectors.joining("; "));
    }

    private static String shown(String commands) {
        return NAME + " '" + commands + "'";
    }

    /** One rule that is there. */
    private record Known(String words, String handle) {}

    /** In their order; none where there is no such table. */
    private static List<Known> known() throws IOException {
        List<Known> known = new ArrayList<>();
        String json;
        try {
            json = RuleTool.exec(List.of(NAME, "-j", "list", "table", "ip", "intercept"));
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("No such file or directory")) {
                return known;
            }
            throw e;
        }
        for (JsonElement item : JsonParser.parseString(json).getAsJsonObject().getAsJsonArray("nftables")) {
            JsonObject rule = item.getAsJsonObject().getAsJsonObject("rule");
            if (rule != null) {
                known.add(new Known(NftRules.text(rule, "comment"), NftRules.text(rule, "handle")));
            }
        }
        return known;
    }

    @Override
    public int countOf(QueueRule rule) {
        try {
            List<String> words = known().stream().map(Known::words).toList();
            return (int) rule.nft().stream().filter(words::contains).count();
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public List<String> insert(QueueRule rule) throws IOException {
        if (rule.nft().isEmpty()) {
            throw new IOException("nft has no words for " + rule.specifications());
        }
        return run(insertion(rule));
    }

    @Override
    public List<String> removeOlder(QueueRule rule) throws IOException {
        List<Known> known = known();
        return delete(known.subList(rule.nft().size(), known.size()).stream()
                .filter(each -> rule.nft().contains(each.words))
                .toList());
    }

    @Override
    public List<String> remove(QueueRule rule) throws IOException {
        List<Known> known = known();
        List<Known> ours = rule.nft().stream()
                .flatMap(words ->
                        known.stream().filter(each -> each.words.equals(words)).limit(1))
                .toList();
        // Without rules of others the table goes too: nothing of it is left.
        return !ours.isEmpty() && ours.size() == known.size() ? run("delete table " + TABLE) : delete(ours);
    }

    private static List<String> delete(List<Known> rules) throws IOException {
        return rules.isEmpty()
                ? List.of()
                : run(rules.stream()
                        .map(each -> "delete rule " + CHAIN + " handle " + each.handle)
                        .collect(Collectors.joining("; ")));
    }

    private static List<String> run(String commands) throws IOException {
        RuleTool.exec(List.of(NAME, commands));
        return List.of(shown(commands));
    }

    @Override
    public void checkReadable() throws IOException {
        known();
    }
}
