package dev.intercept.diagnosis.rules;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Values of libnftables-json(5): a number or name, {@code {"range": [a, b]}}, {@code {"set": [...]}} of them, or {@code "@name"}
 * of a set or map that stands by itself.
 */
final class NftValues {

    /** Elements of the named sets and maps, by {@code "ip filter name"}. */
    private final Map<String, JsonElement> named = new HashMap<>();

    void define(JsonObject set) {
        JsonElement elements = set.has("elem") ? set.get("elem") : new JsonArray();
        named.put(NftRules.tableOf(set) + ' ' + NftRules.text(set, "name"), elements);
    }

    /**
     * The values themselves, each a number, a name, a range, or with a map a pair.
     *
     * @param table {@code "ip filter"}
     * @return empty when it is none of these
     */
    Optional<List<JsonElement>> elements(String table, JsonElement value) {
        if (value.isJsonArray()) {
            List<JsonElement> all = new ArrayList<>();
            for (JsonElement element : value.getAsJsonArray()) {
                all.add(withoutExtras(element));
            }
            return Optional.of(all);
        }
        if (value.isJsonObject() && value.getAsJsonObject().has("set")) {
            return elements(table, value.getAsJsonObject().get("set"));
        }
        if (value.isJsonPrimitive() && value.getAsString().startsWith("@")) {
            return Optional.ofNullable(
                            named.get(table + ' ' + value.getAsString().substring(1)))
                    .flatMap(elements -> elements(table, elements));
        }
        return Optional.of(List.of(value));
    }

    /** {@code {"elem": {"val": 80, "comment": …}}} */
    private static JsonElement withoutExtras(JsonElement element) {
        return element.isJsonObject() && element.getAsJsonObject().has("elem")
                ? element.getAsJsonObject().getAsJsonObject("elem").get("val")
                : element;
    }

    /** Empty when it is no number or range of them. */
    static Optional<PortRange> range(JsonElement value) {
        try {
            if (value.isJsonPrimitive()) {
                return Optional.of(new PortRange(value.getAsInt(), value.getAsInt()));
            }
            JsonArray ends = value.getAsJsonObject().getAsJsonArray("range");
            return Optional.of(new PortRange(ends.get(0).getAsInt(), ends.get(1).getAsInt()));
        } catch (RuntimeException e) {
            return Optional.empty(); // gson says so in several ways.
        }
    }
}
