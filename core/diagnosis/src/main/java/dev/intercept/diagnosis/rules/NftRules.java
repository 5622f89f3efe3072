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

/** Reads what {@code nft -j list ruleset} prints, libnftables-json(5). Rules of iptables-nft are left out, or they
 * would be half understood: what has no word of nft is opaque here, and its own tool tells all. */
final class NftRules {

    private static final Set<String> FAMILIES_OF_IPV4 = Set.of("ip", "inet");

    private NftRules() {}

    /**
     * What it cannot read it leaves out.
     *
     * @param toldElsewhere tables that iptables-nft tells, {@code "ip filter"}
     */
    static List<Table> parse(String text, Set<String> toldElsewhere) {
        Map<String, Table> tables = new LinkedHashMap<>();
        try {
            String json = text.substring(Math.max(0, text.indexOf('{')));
            for (JsonElement item :
                    JsonParser.parseString(json).getAsJsonObject().getAsJsonArray("nftables")) {
                take(item.getAsJsonObject(), tables, toldElsewhere);
            }
        } catch (JsonParseException | IllegalStateException | NullPointerException | ClassCastException e) {
            return new ArrayList<>(tables.values());
        }
        return new ArrayList<>(tables.values());
    }

    private static void take(JsonObject item, Map<String, Table> tables, Set<String> toldElsewhere) {
        JsonObject chain = item.getAsJsonObject("chain");
        if (chain != null && isIpv4(chain) && !toldElsewhere.contains(name(chain))) {
            table(chain, tables).define(new Chain(text(chain, "name"), text(chain, "hook")));
        }
        JsonObject rule = item.getAsJsonObject("rule");
        if (rule != null && isIpv4(rule) && !toldElsewhere.contains(name(rule)) && !isOfIptables(rule)) {
            table(rule, tables).add(text(rule, "chain"), new NftRuleReader(rule).rule());
        }
    }

    private static String name(JsonObject object) {
        return text(object, "family") + ' ' + text(object, "table");
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
        return tables.computeIfAbsent(name(object), name -> new Table());
    }

    static String text(JsonObject object, String name) {
        return object.has(name) ? object.get(name).getAsString() : "";
    }
}
