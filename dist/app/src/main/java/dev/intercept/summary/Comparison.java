package dev.intercept.summary;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.intercept.answers.AnswerCount;
import dev.intercept.answers.AnswerDelay;
import dev.intercept.diagnosis.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Two summaries side by side: the same traffic to an old and to a new build, as a rule. */
public final class Comparison {

    private static final double PERCENT = 100;
    private static final double NS_PER_MS = 1e6;

    /** So many delays are needed to judge their half, and their hundredth. */
    private static final long MIN_FOR_MEDIAN = 10;

    private static final long MIN_FOR_P99 = 100;

    private final JsonObject before;
    private final JsonObject after;
    private final double tolerance;
    private final List<String> lines = new ArrayList<>();
    private int differences;

    /** @param tolerance in per cent */
    public Comparison(JsonObject before, JsonObject after, double tolerance) {
        this.before = before;
        this.after = after;
        this.tolerance = tolerance;
        addRates();
        addPorts();
        addFindings();
    }

    /** A line a figure: both values, the difference, and a star where it is beyond the tolerance and beyond chance. */
    public List<String> lines() {
        return List.copyOf(lines);
    }

    /** How many figures differ. */
    public int differences() {
        return differences;
    }

    private void add(Figure figure) {
        lines.add(figure.line(tolerance));
        differences += figure.isBeyond(tolerance) ? 1 : 0;
    }

    private void addRates() {
        for (String member : List.of("sessions", "requests", "forwarded")) {
            add(Figure.rate(member + " a second", 1, rate(before, member), rate(after, member), 1));
        }
        add(Figure.rate("lost, % of packets", PERCENT, lost(before), lost(after), 1));
    }

    private static Figure.Rate rate(JsonObject summary, String member) {
        return new Figure.Rate(number(summary, member), number(summary, "seconds"));
    }

    private static Figure.Rate lost(JsonObject summary) {
        double lost = summary.getAsJsonObject("losses").asMap().values().stream()
                .mapToDouble(JsonElement::getAsDouble)
                .sum();
        return new Figure.Rate(lost, number(summary, "packets"));
    }

    /** By number; where each run had one port, these two, whatever their numbers are. */
    private void addPorts() {
        Map<Integer, JsonObject> ofBefore = ports(before);
        Map<Integer, JsonObject> ofAfter = ports(after);
        if (ofBefore.size() == 1 && ofAfter.size() == 1) {
            addPort(
                    "",
                    ofBefore.values().iterator().next(),
                    ofAfter.values().iterator().next());
            return;
        }
        Set<Integer> all = new TreeSet<>(ofBefore.keySet());
        all.addAll(ofAfter.keySet());
        for (int port : all) {
            String name = "port " + (port == 0 ? "others" : port);
            if (ofBefore.containsKey(port) && ofAfter.containsKey(port)) {
                addPort(name + " ", ofBefore.get(port), ofAfter.get(port));
            } else {
                addOneSided(name + " answered", ofBefore.containsKey(port));
            }
        }
    }

    private static Map<Integer, JsonObject> ports(JsonObject summary) {
        Map<Integer, JsonObject> ports = new LinkedHashMap<>();
        summary.getAsJsonObject("target")
                .getAsJsonArray("ports")
                .forEach(port -> ports.put(port.getAsJsonObject().get("port").getAsInt(), port.getAsJsonObject()));
        return ports;
    }

    private void addPort(String name, JsonObject one, JsonObject other) {
        double each = Math.max(oneIn(before), oneIn(after));
        add(share(
                name + "sessions with data, %", one, other, AnswerCount.SESSIONS_ANSWERED, AnswerCount.SESSIONS, each));
        add(share(name + "resets, % of SYN/ACKs", one, other, AnswerCount.RESETS, AnswerCount.SYN_ACKS, 1));
        add(share(name + "sent again, % of segments", one, other, AnswerCount.REPEATED, AnswerCount.SEGMENTS, each));
        add(share(name + "zero windows, % of answers", one, other, AnswerCount.ZERO_WINDOWS, AnswerCount.ANSWERS, 1));
        for (AnswerDelay delay : AnswerDelay.values()) {
            if (!delay.isSampled() && !(isMeasured(one, delay) && isMeasured(other, delay))) {
                continue; // Not by every backend, nor by every version.
            }
            String what = name + delay.label().replace('_', ' ');
            add(delay(what + " p50, ms", one, other, delay, "p50Ns", MIN_FOR_MEDIAN));
            add(delay(what + " p99, ms", one, other, delay, "p99Ns", MIN_FOR_P99));
        }
    }

    private static boolean isMeasured(JsonObject port, AnswerDelay delay) {
        return port.has(delay.label()) && number(port.getAsJsonObject(delay.label()), "measured") > 0;
    }

    private static double oneIn(JsonObject summary) {
        return number(summary.getAsJsonObject("target"), "oneIn");
    }

    private static Figure share(
            String name, JsonObject one, JsonObject other, AnswerCount part, AnswerCount whole, double each) {
        return Figure.rate(name, PERCENT, share(one, part, whole), share(other, part, whole), each);
    }

    private static Figure.Rate share(JsonObject port, AnswerCount part, AnswerCount whole) {
        return new Figure.Rate(number(port, part.label()), number(port, whole.label()));
    }

    private static Figure delay(
            String name, JsonObject one, JsonObject other, AnswerDelay delay, String quantile, long needed) {
        JsonObject ofOne = one.getAsJsonObject(delay.label());
        JsonObject ofOther = other.getAsJsonObject(delay.label());
        boolean isEnough = number(ofOne, "measured") >= needed && number(ofOther, "measured") >= needed;
        return new Figure(
                name,
                number(ofOne, quantile) / NS_PER_MS,
                number(ofOther, quantile) / NS_PER_MS,
                isEnough ? 0 : Double.POSITIVE_INFINITY);
    }

    private void addFindings() {
        Set<String> ofBefore = findings(before);
        Set<String> ofAfter = findings(after);
        Set<String> all = new TreeSet<>(ofBefore);
        all.addAll(ofAfter);
        for (String id : all) {
            if (ofBefore.contains(id) && ofAfter.contains(id)) {
                lines.add(String.format("%-46s %12s %12s", "finding " + id, "yes", "yes"));
            } else {
                addOneSided("finding " + id, ofBefore.contains(id));
            }
        }
    }

    /** Without those that only inform, as that no tcpcopy has connected yet: when it does is the user's affair. */
    private static Set<String> findings(JsonObject summary) {
        Set<String> ids = new TreeSet<>();
        for (JsonElement each : summary.getAsJsonArray("findings")) {
            JsonObject finding = each.getAsJsonObject();
            if (!finding.get("severity").getAsString().equals(Severity.INFO.name())) {
                ids.add(finding.get("id").getAsString());
            }
        }
        return ids;
    }

    private void addOneSided(String name, boolean isBefore) {
        lines.add(String.format("%-46s %12s %12s %10s *", name, isBefore ? "yes" : "no", isBefore ? "no" : "yes", ""));
        differences++;
    }

    private static double number(JsonObject object, String member) {
        return object.get(member).getAsDouble();
    }
}
