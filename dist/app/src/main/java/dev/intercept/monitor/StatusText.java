package dev.intercept.monitor;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.intercept.answers.AnswerCount;
import dev.intercept.diagnosis.watch.AnsweredShare;
import dev.intercept.stats.Counter;
import java.util.List;

/** A status report as people read it: one line, and with details a line for each lane, tunnel, port of the target, packet stopped of
 * late and finding. */
public final class StatusText {

    private final JsonObject report;

    /** @param json of {@link StatusReport} */
    public StatusText(String json) {
        report = JsonParser.parseString(json).getAsJsonObject();
    }

    /** No finding says that intercept cannot do its work. */
    public boolean isHealthy() {
        return report.get("capturing").getAsBoolean()
                && findings().stream()
                        .noneMatch(
                                finding -> finding.get("severity").getAsString().equals("FAIL"));
    }

    /** Answers whose headers went to a tcpcopy. */
    public long forwarded() {
        return report.getAsJsonObject("counters").get(Counter.FORWARDED.label()).getAsLong();
    }

    /** How many of the announced sessions were answered here: a part of them where several intercepts share the answers. */
    public String answeredShare() {
        long answered = 0;
        for (JsonElement port : report.getAsJsonObject("target").getAsJsonArray("ports")) {
            answered += port.getAsJsonObject().get(AnswerCount.SESSIONS.label()).getAsLong();
        }
        long announced = report.getAsJsonObject("counters")
                .get(Counter.ROUTES_ADDED.label())
                .getAsLong();
        return new AnsweredShare(announced, answered).text();
    }

    private List<JsonObject> findings() {
        return report.getAsJsonArray("findings").asList().stream()
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    /** Process, backend, the statistics line, and the ids of what is wrong. */
    public String line() {
        String wrong = findings().isEmpty()
                ? "no findings"
                : "findings: "
                        + String.join(
                                ", ",
                                findings().stream()
                                        .map(finding -> finding.get("id").getAsString())
                                        .distinct()
                                        .toList());
        return "intercept " + text(report, "version") + " (process " + text(report, "pid") + ", up "
                + duration(report.get("uptimeS").getAsLong()) + ", " + text(report, "backend")
                + (report.get("capturing").getAsBoolean() ? "" : ", not capturing any more") + ") "
                + text(report, "line") + "; " + wrong;
    }

    /** The line, and what there is to each of its parts. */
    public String details() {
        StringBuilder text = new StringBuilder(line()).append('\n');
        for (JsonElement lane : report.getAsJsonArray("lanes")) {
            appendLane(text, lane.getAsJsonObject());
        }
        for (JsonElement tunnel : report.getAsJsonArray("tunnels")) {
            appendTunnel(text, tunnel.getAsJsonObject());
        }
        if (report.has("target")) { // An intercept of before has none.
            text.append(TargetReport.text(report.getAsJsonObject("target")));
            text.append(answeredShare()).append('\n');
        }
        if (report.has("stopped")) {
            text.append(StoppedReport.text(report.getAsJsonArray("stopped")));
        }
        for (JsonObject finding : findings()) {
            text.append(text(finding, "severity"))
                    .append(' ')
                    .append(text(finding, "id"))
                    .append(": ");
            text.append(text(finding, "fact"))
                    .append(" (")
                    .append(text(finding, "why"))
                    .append("); do: ");
            text.append(text(finding, "remedy")).append('\n');
        }
        return text.toString();
    }

    private static void appendLane(StringBuilder text, JsonObject lane) {
        text.append("lane ").append(text(lane, "name"));
        text.append(": received ").append(text(lane, "received"));
        text.append(", waiting ").append(text(lane, "queued"));
        lane.getAsJsonObject("losses")
                .entrySet()
                .forEach(loss ->
                        text.append(", ").append(loss.getKey()).append(' ').append(loss.getValue()));
        text.append('\n');
    }

    private static void appendTunnel(StringBuilder text, JsonObject tunnel) {
        text.append("tunnel ").append(text(tunnel, "number")).append(" from ").append(text(tunnel, "peer"));
        text.append(": ").append(text(tunnel, "format"));
        text.append("; forwarded ").append(text(tunnel, "forwarded"));
        text.append(", written ").append(text(tunnel, "written"));
        text.append(", waiting ").append(text(tunnel, "waiting"));
        text.append(", dropped ").append(text(tunnel, "overflowed"));
        text.append('\n');
    }

    private static String text(JsonObject object, String name) {
        return object.get(name).getAsString();
    }

    private static String duration(long seconds) {
        if (seconds < 120) {
            return seconds + " s";
        }
        return seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h";
    }
}
