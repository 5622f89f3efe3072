package dev.intercept.diagnosis.rules;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** Values of libnftables-json(5): a number, {@code {"range": [a, b]}}, or {@code {"set": [...]}} of them. */
final class NftValues {

    private NftValues() {}

    /** @throws RuntimeException when it is no number, range or set of them */
    static List<PortRange> ranges(JsonElement value) {
        List<PortRange> ranges = new ArrayList<>();
        if (value.isJsonPrimitive()) {
            ranges.add(new PortRange(value.getAsInt(), value.getAsInt()));
        } else if (value.isJsonArray()) {
            value.getAsJsonArray().forEach(element -> ranges.addAll(ranges(element)));
        } else if (value.getAsJsonObject().has("range")) {
            JsonArray ends = value.getAsJsonObject().getAsJsonArray("range");
            ranges.add(new PortRange(ends.get(0).getAsInt(), ends.get(1).getAsInt()));
        } else {
            ranges.addAll(ranges(value.getAsJsonObject().get("set")));
        }
        return ranges;
    }

    /** As nft would be given it. */
    static String text(JsonElement value) {
        if (value.isJsonPrimitive()) {
            return value.getAsString();
        }
        if (value.isJsonArray()) {
            StringJoiner list = new StringJoiner(", ", "{ ", " }");
            value.getAsJsonArray().forEach(element -> list.add(text(element)));
            return list.toString();
        }
        if (value.getAsJsonObject().has("range")) {
            JsonArray ends = value.getAsJsonObject().getAsJsonArray("range");
            return text(ends.get(0)) + "-" + text(ends.get(1));
        }
        return value.getAsJsonObject().has("set") ? text(value.getAsJsonObject().get("set")) : value.toString();
    }
}
