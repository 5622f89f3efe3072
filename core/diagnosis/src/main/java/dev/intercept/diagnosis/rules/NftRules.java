package dev.intercept.diagnosis.rules;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads what {@code nft -j list ruleset} prints, libnftables-json(5). Tables that iptables-nft reads are left out, or they would
 * be half understood: what has no word of nft is opaque here.
 */
final class NftRules {

    private static final Set<String> FAMILIES_OF_IPV4 = Set.of("ip", "inet", "netdev");

    private final Map<String, Table> tables = new LinkedHashMap<>();
    private final NftValues values = new NftValues();
    private final Set<String> leftOut;
    private final NftTexts texts;

    /**
     * @param readElsewhere tables that iptables-nft has read, {@code "ip filter"}
     * @param texts the same rules as they can be typed
     */
    NftRules(Set<String> readElsewhere, NftTexts texts) {
        leftOut = new HashSet<>(readElsewhere);
        leftOut.addAll(texts.dormant());
        this.texts = texts;
    }

    /** @throws JsonParseException when it is no rule set */
    List<Table> parse(String text) {
        List<JsonObject> items = items(text);
        items.forEach(this::takeDefinition);
        items.forEach(this::takeRule);
        return new ArrayList<>(tables.values());
    }

    private static List<JsonObject> items(String text) {
        List<JsonObject> items = new ArrayList<>();
        try {
            // A warning may stand in front.
            String json = text.substring(Math.max(0, text.indexOf('{')));
            JsonParser.parseString(json)
                    .getAsJsonObject()
                    .getAsJsonArray("nftables")
                    .forEach(item -> items.add(item.getAsJsonObject()));
        } catch (IllegalStateException | NullPointerException | ClassCastException e) {
            throw new JsonParseException(text, e);
        }
        return items;
    }

    private void takeDefinition(JsonObject item) {
        JsonObject table = item.getAsJsonObject("table");
        if (table != null && (isDormant(table) || !FAMILIES_OF_IPV4.contains(text(table, "family")))) {
            leftOut.add(text(table, "family") + ' ' + text(table, "name"));
        }
        for (String kind : List.of("set", "map")) {
            if (item.has(kind)) {
                values.define(item.getAsJsonObject(kind));
            }
        }
        JsonObject chain = item.getAsJsonObject("chain");
        if (chain != null && isWanted(chain)) {
            table(chain).define(chain(chain));
        }
    }

    /** What nft 1.0.6 writes here may be rubbish, and then the listing knows better. */
    private static boolean isDormant(JsonObject table) {
        return table.has("flags") && table.get("flags").toString().contains("dormant");
    }

    private static Chain chain(JsonObject chain) {
        // A chain of type nat sees the first packet of a connection, which no answer is.
        return text(chain, "hook").isEmpty() || text(chain, "type").equals("nat")
                ? new Chain(text(chain, "name"))
                : new Chain(
                        text(chain, "name"),
                        text(chain, "hook"),
                        chain.has("prio") ? chain.get("prio").getAsInt() : 0,
                        text(chain, "policy").equals("drop"),
                        "nft insert rule " + tableOf(chain) + ' ' + text(chain, "name"));
    }

    private void takeRule(JsonObject item) {
        JsonObject rule = item.getAsJsonObject("rule");
        if (rule != null && isWanted(rule)) {
            String place = tableOf(rule) + ' ' + text(rule, "chain");
            String listed = texts.of(place, text(rule, "handle"));
            new NftRuleReader(rule, values, listed).rules().forEach(each -> table(rule)
                    .add(text(rule, "chain"), each));
        }
    }

    private boolean isWanted(JsonObject object) {
        return FAMILIES_OF_IPV4.contains(text(object, "family")) && !leftOut.contains(tableOf(object));
    }

    /** {@code "ip filter"} */
    static String tableOf(JsonObject object) {
        return text(object, "family") + ' ' + text(object, "table");
    }

    private Table table(JsonObject object) {
        return tables.computeIfAbsent(tableOf(object), name -> new Table());
    }

    /** Empty where it has none, and where that is no single word. */
    static String text(JsonObject object, String name) {
        JsonElement value = object.get(name);
        return value != null && value.isJsonPrimitive() ? value.getAsString() : "";
    }
}
