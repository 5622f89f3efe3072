package dev.intercept.summary;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.intercept.monitor.TargetReport;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** A summary as people read it. */
public final class SummaryText {

    private SummaryText() {}

    /** A line for the run, for its losses, for each port of the target and for each finding. */
    public static List<String> lines(JsonObject summary) {
        List<String> lines = new ArrayList<>();
        lines.add(text(summary, "seconds") + " s with " + text(summary, "backend") + ", ended by "
                + text(summary, "end")
                + ": " + text(summary, "sessions") + " sessions, " + text(summary, "requests") + " requests, "
                + text(summary, "forwarded") + " answers forwarded of " + text(summary, "packets") + " packets");
        lines.add("lost: " + losses(summary.getAsJsonObject("losses")));
        TargetReport.text(summary.getAsJsonObject("target")).lines().forEach(lines::add);
        summary.getAsJsonArray("findings").forEach(finding -> lines.add(finding(finding.getAsJsonObject())));
        return lines;
    }

    private static String losses(JsonObject losses) {
        StringJoiner text = new StringJoiner(", ");
        losses.entrySet().forEach(loss -> text.add(loss.getValue() + " " + loss.getKey()));
        return losses.isEmpty() ? "nothing" : text.toString();
    }

    private static String finding(JsonObject finding) {
        String subject = text(finding, "subject").isEmpty() ? "" : " (" + text(finding, "subject") + ")";
        return "finding " + text(finding, "id") + subject + ", " + text(finding, "times") + " times, from "
                + text(finding, "firstS") + " s to " + text(finding, "lastS") + " s: " + text(finding, "fact");
    }

    private static String text(JsonObject object, String member) {
        JsonElement value = object.get(member);
        return value.getAsString();
    }
}
