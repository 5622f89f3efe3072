package dev.intercept.diagnosis.rules;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.intercept.diagnosis.rules.Rule.Action;
import java.util.ArrayList;
import java.util.List;

/** Reads one rule object of libnftables-json(5): a list of expressions, conditions first. */
final class NftRuleReader {

    private final List<PortRange> sourcePorts = new ArrayList<>();
    private final List<String> words = new ArrayList<>();
    private final String place;
    private final String handle;
    private boolean tcp = true;
    private boolean established = true;
    private boolean isNarrower;
    private boolean isBypass;
    private Action action = Action.OTHER;
    private String jumpsTo = "";
    private int firstNumber = -1;
    private int lastNumber = -1;

    NftRuleReader(JsonObject rule) {
        place = NftRules.text(rule, "family") + ' ' + NftRules.text(rule, "table") + ' ' + NftRules.text(rule, "chain");
        handle = NftRules.text(rule, "handle");
        for (JsonElement expression : rule.getAsJsonArray("expr")) {
            JsonObject object = expression.getAsJsonObject();
            String kind = object.keySet().iterator().next();
            take(kind, object.get(kind));
        }
    }

    Rule rule() {
        return new Rule(
                action,
                new Match(tcp, sourcePorts, established, isNarrower),
                firstNumber,
                lastNumber,
                isBypass,
                jumpsTo,
                "nft: " + place + " handle " + handle + ": " + String.join(" ", words),
                "nft delete rule " + place + " handle " + handle,
                isNarrower ? "" : "nft insert rule " + place + " " + String.join(" ", words));
    }

    private void take(String kind, JsonElement value) {
        switch (kind) {
            case "match" -> condition(value.getAsJsonObject());
            case "accept" -> act(Action.ACCEPT, "accept");
            case "drop", "reject" -> act(Action.DROP, kind);
            case "queue" -> queue(value);
            case "log" -> log(value);
            case "jump", "goto" -> {
                jumpsTo = NftRules.text(value.getAsJsonObject(), "target");
                act(Action.JUMP, kind + " " + jumpsTo);
            }
            case "counter", "comment" -> {
                // Neither chooses packets nor ends their way.
            }
            default -> isNarrower |= action == Action.OTHER;
        }
    }

    private void act(Action what, String text) {
        action = what;
        words.add(text);
    }

    private void condition(JsonObject match) {
        JsonElement left = match.get("left");
        JsonElement right = match.get("right");
        String subject = left.toString();
        boolean isEquality = List.of("==", "in").contains(NftRules.text(match, "op"));
        if (isEquality && subject.contains("\"sport\"")) {
            tcp &= !subject.contains("udp");
            ports(right);
            words.add("tcp sport " + NftValues.text(right));
        } else if (isEquality
                && (subject.contains("l4proto")
                        || subject.contains("\"protocol\":\"ip\"") && subject.contains("\"field\":\"protocol\""))) {
            tcp &= right.toString().contains("tcp") || right.toString().equals("6");
            words.add("meta l4proto " + NftValues.text(right));
        } else if (isEquality && subject.contains("\"ct\"") && subject.contains("\"state\"")) {
            established &= right.toString().contains("established");
            words.add("ct state " + NftValues.text(right));
        } else {
            isNarrower = true;
        }
    }

    private void ports(JsonElement right) {
        try {
            sourcePorts.addAll(NftValues.ranges(right));
        } catch (RuntimeException e) {
            isNarrower = true; // A named set or map: which ports is not in the rule.
        }
    }

    private void queue(JsonElement value) {
        PortRange numbers = new PortRange(0, 0);
        if (value.isJsonObject() && value.getAsJsonObject().has("num")) {
            numbers = NftValues.ranges(value.getAsJsonObject().get("num")).get(0);
        }
        isBypass = value.toString().contains("bypass");
        firstNumber = numbers.first();
        lastNumber = numbers.last();
        act(
                Action.QUEUE,
                "queue num " + (firstNumber == lastNumber ? firstNumber : firstNumber + "-" + lastNumber)
                        + (isBypass ? " bypass" : ""));
    }

    private void log(JsonElement value) {
        if (value.isJsonObject() && value.getAsJsonObject().has("group")) {
            firstNumber = value.getAsJsonObject().get("group").getAsInt();
            lastNumber = firstNumber;
            act(Action.COPY, "log group " + firstNumber);
        }
    }
}
