package dev.intercept.diagnosis.rules;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import dev.intercept.diagnosis.rules.Rule.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one rule object of libnftables-json(5): a list of expressions that are gone through as the kernel does, so that a
 * statement acts on what the conditions before it let through.
 */
final class NftRuleReader {

    /** As nft writes the target NFQUEUE of iptables-nft, which its JSON has no words for. */
    private static final Pattern NFQUEUE =
            Pattern.compile("\\bqueue num (\\d+)(?:-(\\d+))?((?: (?:bypass|fanout|cpu-fanout))*)");

    private final List<Rule> rules = new ArrayList<>();
    private final NftValues values;
    private final String table;
    private final String place;
    private final String handle;
    private final String listed;
    private final String insertion;
    private final NftConditions conditions;
    private Match match = Match.EVERYTHING;

    /** @param listed the rule as nft writes it; empty where that is not known */
    NftRuleReader(JsonObject rule, NftValues values, String listed) {
        this.values = values;
        table = NftRules.tableOf(rule);
        place = table + ' ' + NftRules.text(rule, "chain");
        handle = NftRules.text(rule, "handle");
        this.listed = listed.isEmpty() ? rule.get("expr").toString() : listed;
        insertion = listed.isEmpty() || NftTexts.quoted(listed).isEmpty()
                ? ""
                : "nft insert rule " + place + ' ' + NftTexts.quoted(listed);
        conditions = new NftConditions(values, table, " of " + place + " handle " + handle);
        for (JsonElement expression : rule.getAsJsonArray("expr")) {
            JsonObject object = expression.getAsJsonObject();
            String kind = object.keySet().iterator().next();
            take(kind, object.get(kind));
        }
    }

    /** One for each statement that does something with packets, in their order. */
    List<Rule> rules() {
        return rules;
    }

    private void take(String kind, JsonElement value) {
        switch (kind) {
            case "match" -> match = match.and(conditions.of(value.getAsJsonObject()));
            case "vmap" -> chooseVerdict(value.getAsJsonObject());
            case "queue" -> queue(value);
            case "log" -> log(value);
            case "xt" -> ofIptables(value);
            case "counter", "comment", "mangle", "notrack", "secmark", "ct helper", "ct timeout", "continue" -> {
                // None of them chooses packets or ends their way.
            }
            default -> verdict(kind, value, match);
        }
    }

    private void verdict(String kind, JsonElement value, Match matched) {
        switch (kind) {
            case "accept" -> add(Action.ACCEPT, matched);
            case "drop", "reject" -> add(Action.DROP, matched);
            case "return" -> add(Action.RETURN, matched);
            case "continue" -> {
                // The next rule is looked at, as without it.
            }
            case "jump", "goto" -> {
                add(Action.JUMP, matched, new Numbers(-1, -1, false), NftRules.text(value.getAsJsonObject(), "target"));
                if (kind.equals("goto")) {
                    add(Action.RETURN, matched);
                }
            }
            case "limit", "quota", "ct count", "connlimit", "last", "set", "map", "meter" ->
                match = match.and(conditions.unread(kind + value));
            default -> add(Action.UNKNOWN, matched.and(conditions.unread(kind + value)));
        }
    }

    /** Queue or group numbers, -1 where they are not known. */
    private record Numbers(int first, int last, boolean isBypass) {}

    private void add(Action action, Match matched) {
        add(action, matched, new Numbers(-1, -1, false), "");
    }

    private void add(Action action, Match matched, Numbers numbers, String jumpsTo) {
        rules.add(new Rule(
                action,
                matched,
                numbers.first,
                numbers.last,
                numbers.isBypass,
                jumpsTo,
                "nft: " + place + " handle " + handle + ": " + listed,
                "nft delete rule " + place + " handle " + handle,
                insertion,
                Rule.Base.NONE));
    }

    /** A verdict map: each of its elements is a rule of its own. */
    private void chooseVerdict(JsonObject vmap) {
        Optional<List<JsonElement>> pairs = values.elements(table, vmap.get("data"));
        if (pairs.isEmpty() || !pairs.get().stream().allMatch(NftRuleReader::isPair)) {
            add(Action.UNKNOWN, match.and(conditions.unread(vmap.toString())));
            return;
        }
        for (JsonElement each : pairs.get()) {
            JsonArray pair = each.getAsJsonArray();
            JsonObject verdict = pair.get(1).getAsJsonObject();
            String kind = verdict.keySet().iterator().next();
            verdict(kind, verdict.get(kind), match.and(conditions.of(vmap.get("key"), "==", pair.get(0))));
        }
    }

    private static boolean isPair(JsonElement element) {
        return element.isJsonArray()
                && element.getAsJsonArray().size() == 2
                && element.getAsJsonArray().get(1).isJsonObject();
    }

    private void queue(JsonElement value) {
        JsonElement number = value.isJsonObject() ? value.getAsJsonObject().get("num") : null;
        Optional<PortRange> numbers = number == null ? Optional.of(new PortRange(0, 0)) : NftValues.range(number);
        boolean isBypass = value.toString().contains("bypass");
        if (numbers.isPresent()) {
            PortRange range = numbers.get();
            add(Action.QUEUE, match, new Numbers(range.first(), range.last(), isBypass), "");
        } else {
            add(Action.QUEUE, match.and(conditions.unread(value.toString())), new Numbers(-1, -1, isBypass), "");
        }
    }

    private void log(JsonElement value) {
        JsonElement group = value.isJsonObject() ? value.getAsJsonObject().get("group") : JsonNull.INSTANCE;
        if (group != null && group.isJsonPrimitive()) {
            add(Action.COPY, match, new Numbers(group.getAsInt(), group.getAsInt(), false), "");
        }
    }

    private void ofIptables(JsonElement value) {
        String name = value.isJsonObject() ? NftRules.text(value.getAsJsonObject(), "name") : "";
        boolean isTarget = value.isJsonObject()
                && NftRules.text(value.getAsJsonObject(), "type").equals("target");
        Matcher text = NFQUEUE.matcher(listed);
        if (isTarget && name.equals("NFQUEUE") && text.find()) {
            int first = Integer.parseInt(text.group(1));
            int last = text.group(2) == null ? first : Integer.parseInt(text.group(2));
            add(Action.QUEUE, match, new Numbers(first, last, text.group(3).contains("bypass")), "");
        } else if (!isTarget) {
            match = match.and(conditions.unread("xt " + name));
        } else if (SavedRules.action(name) != Action.OTHER) {
            add(Action.UNKNOWN, match.and(conditions.unread("xt " + name)));
        }
    }
}
