package dev.intercept.monitor;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.intercept.answers.AnswerCount;
import dev.intercept.answers.AnswerDelay;
import dev.intercept.answers.TargetPicture;
import java.util.Locale;
import java.util.StringJoiner;

/** What the answers say about the test server: as JSON, and the JSON as people read it. */
public final class TargetReport {

    private static final double NS_PER_MS = 1e6;

    private TargetReport() {}

    /**
     * Members: oneIn; ports, each with port, a member for each count (those of HTTP where there are any), and for each delay its
     * number and quantiles in ns.
     */
    public static JsonObject json(TargetPicture target) {
        JsonArray ports = new JsonArray();
        target.ports().forEach(port -> ports.add(json(port)));
        JsonObject report = new JsonObject();
        report.addProperty("oneIn", target.oneIn());
        report.add("ports", ports);
        return report;
    }

    private static JsonObject json(TargetPicture.Port port) {
        JsonObject report = new JsonObject();
        report.addProperty("port", port.port());
        for (AnswerCount count : AnswerCount.values()) {
            if (!count.isHttp() || port.speaksHttp()) {
                report.addProperty(count.label(), port.count(count));
            }
        }
        for (AnswerDelay delay : AnswerDelay.values()) {
            TargetPicture.Delays delays = port.delay(delay);
            JsonObject values = new JsonObject();
            values.addProperty("measured", delays.total());
            values.addProperty("p50Ns", delays.quantileNs(0.5));
            values.addProperty("p99Ns", delays.quantileNs(0.99));
            report.add(delay.label(), values);
        }
        return report;
    }

    /** A line for each port of the target. */
    public static String text(JsonObject report) {
        StringBuilder text = new StringBuilder();
        for (JsonElement port : report.getAsJsonArray("ports")) {
            appendPort(text, port.getAsJsonObject(), report.get("oneIn").getAsInt());
        }
        return text.toString();
    }

    private static void appendPort(StringBuilder text, JsonObject port, int oneIn) {
        int number = port.get("port").getAsInt();
        text.append("target port ").append(number == 0 ? "others" : Integer.toString(number));
        text.append(": ").append(count(port, AnswerCount.ANSWERS)).append(" answers, ");
        text.append(count(port, AnswerCount.PAYLOAD_BYTES)).append(" bytes of data; ");
        text.append(count(port, AnswerCount.SESSIONS)).append(" sessions, ");
        text.append(count(port, AnswerCount.SESSIONS_ANSWERED)).append(" with data; ");
        text.append(count(port, AnswerCount.FINS)).append(" FIN, ");
        text.append(count(port, AnswerCount.RESETS)).append(" RST; sent again ");
        text.append(count(port, AnswerCount.REPEATED)).append(", zero windows ");
        text.append(count(port, AnswerCount.ZERO_WINDOWS)).append(", shrunk ");
        text.append(count(port, AnswerCount.SHRUNK_WINDOWS));
        appendDelay(text, "SYN/ACK", port.getAsJsonObject(AnswerDelay.SYN_ACK.label()));
        appendDelay(text, "data", port.getAsJsonObject(AnswerDelay.DATA.label()));
        appendDelay(text, "first byte", port.getAsJsonObject(AnswerDelay.FIRST_BYTE.label()));
        appendHttp(text, port);
        text.append(oneIn == 1 ? "\n" : "; estimated from 1 session in " + oneIn + "\n");
    }

    private static void appendHttp(StringBuilder text, JsonObject port) {
        StringJoiner classes = new StringJoiner(", ", "; HTTP ", "").setEmptyValue("");
        for (AnswerCount count : AnswerCount.values()) {
            if (count.isHttp() && port.has(count.label()) && count(port, count) > 0) {
                classes.add(count.httpClass() + " " + count(port, count));
            }
        }
        text.append(classes);
    }

    private static void appendDelay(StringBuilder text, String what, JsonObject delay) {
        if (delay.get("measured").getAsLong() > 0) {
            text.append("; ").append(what).append(" after ").append(ms(delay, "p50Ns"));
            text.append(" ms, 99 % within ").append(ms(delay, "p99Ns")).append(" ms");
        }
    }

    private static String ms(JsonObject delay, String quantile) {
        return String.format(Locale.ROOT, "%.3g", delay.get(quantile).getAsLong() / NS_PER_MS);
    }

    private static long count(JsonObject port, AnswerCount count) {
        return port.get(count.label()).getAsLong();
    }
}
