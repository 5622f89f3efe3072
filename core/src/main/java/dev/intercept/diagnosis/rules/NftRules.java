package dev.intercept.diagnosis.rules;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads what {@code nft -j list ruleset} prints, libnftables-json(5). Rules of iptables-nft are left out: its own tool tells them. */
final class NftRules {

    private static final Set<String> FAMILIES_OF_IPV4 = Set.of("ip", "inet");

    private NftRules() {}

    /** What it cannot read it leaves out. */
    static List<Table> parse(String text) {
        Map<String, Table> tables = new LinkedHashMap<>();
        try {
            String json = text.substring(Math.max(0, text.indexOf('{')));
            for (JsonElement item :
                    JsonParser.parseString(json).getAsJsonObject().getAsJsonArray("nftables")) {
                take(item.getAsJsonObject(), tables);
            }
        } catch (JsonParseException | IllegalStateException | NullPointerException | ClassCastException e) {
            return new ArrayList<>(tables.values());
        }
        return new ArrayList<>(tables.values());
    }

    private static void take(JsonObject item, Map<String, Table> tables) {
        JsonObject chain = item.getAsJsonObject("chain");
        if (chain != null && isIpv4(chain)) {
            table(chain, tables).define(new Chain(text(chain, "name"), text(chain, "hook")));
        }
        JsonObject rule = item.getAsJsonObject("rule");
        if (rule != null && isIpv4(rule) && !isOfIptables(rule)) {
            table(rule, tables).add(text(rule, "chain"), new NftRuleReader(rule).rule());
        }
    }

    private static boolean isIpv4(JsonObject object) {
        return FAMILIES_OF_IPV4.contains(text(object, "family"));
    }

    private static boolean isOfIptables(JsonObject rule) {
        for (JsonElement expression : rule.getAsJsonArray("expr")) {
            if (expression.getAsJsonObject().has("xt")) {
                return true;
            }
        }
        return false;
    }

    private static Table table(JsonObject object, Map<String, Table> tables) {
        return tables.computeIfAbsent(text(object, "family") + ' ' + text(object, "table"), name -> new Table());
    }

    static String text(JsonObject object, String name) {
        return object.has(name) ? object.get(name).getAsString() : "";
    }
}
