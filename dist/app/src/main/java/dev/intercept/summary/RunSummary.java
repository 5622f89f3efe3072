package dev.intercept.summary;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.intercept.Intercept;
import dev.intercept.answers.AnswerCount;
import dev.intercept.diagnosis.FindingHistory;
import dev.intercept.diagnosis.watch.Diagnosis;
import dev.intercept.monitor.TargetReport;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Statistics;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;

/** What one run came to, as one JSON object. Any thread; after the run's end nothing of it changes any more. */
public final class RunSummary {

    /** The value of the member {@code format}: what a reader looks at first. */
    static final String FORMAT = "intercept summary 1";

    /** Answers and headers that no tcpcopy got. */
    private static final Set<Counter> LOSSES = EnumSet.of(
            Counter.NO_ROUTE,
            Counter.MALFORMED,
            Counter.UNKNOWN_LENGTH,
            Counter.FRAGMENT,
            Counter.HANDLER_ERROR,
            Counter.TUNNEL_OVERFLOW,
            Counter.TUNNEL_GONE,
            Counter.UNPARKED_OVERFLOW,
            Counter.PARKED_EXPIRED,
            Counter.PARKED_EVICTED,
            Counter.UNSENT_CLOSED,
            Counter.UNSENT_STALLED,
            Counter.UNSENT_FAILED,
            Counter.UNSENT_STOPPED);

    private static final double NS_PER_S = 1e9;

    private final Intercept intercept;
    private final Diagnosis diagnosis;
    private final String version;
    private final Instant begun = Instant.now();
    private final long begunNs;

    /** The run begins now. */
    public RunSummary(Intercept intercept, Diagnosis diagnosis, String version) {
        this.intercept = intercept;
        this.diagnosis = diagnosis;
        this.version = version;
        this.begunNs = intercept.nanoClock().getAsLong();
    }

    /** @param end what ended the run */
    public JsonObject json(String end) {
        Statistics statistics = intercept.statistics();
        JsonObject summary = new JsonObject();
        summary.addProperty("format", FORMAT);
        summary.addProperty("version", version);
        summary.addProperty("backend", intercept.backendName());
        summary.addProperty("begun", begun.toString());
        summary.addProperty("seconds", seconds(intercept.nanoClock().getAsLong()));
        summary.addProperty("end", end);
        summary.addProperty("sessions", statistics.get(Counter.ROUTES_ADDED));
        summary.addProperty(
                "requests",
                intercept
                        .target()
                        .total()
                        .map(all -> all.count(AnswerCount.REQUESTS))
                        .orElse(0L));
        summary.addProperty("packets", statistics.packets());
        summary.addProperty("forwarded", statistics.get(Counter.FORWARDED) + statistics.get(Counter.UNPARKED));
        summary.add("losses", losses(statistics));
        summary.add("target", TargetReport.json(intercept.target()));
        summary.add("findings", findings());
        return summary;
    }

    private double seconds(long ns) {
        return Math.round((ns - begunNs) / NS_PER_S * 1000) / 1000.0;
    }

    /** By reason, those that are not 0: intercept's own by the counter, the kernel's by lane and count. */
    private static JsonObject losses(Statistics statistics) {
        JsonObject losses = new JsonObject();
        for (Counter counter : LOSSES) {
            addLoss(losses, counter.label(), statistics.get(counter));
        }
        for (CaptureBackend lane : statistics.lanes()) {
            for (KernelStats.Loss loss : lane.kernelStats().losses()) {
                addLoss(losses, lane.lane() + " " + loss.name(), loss.packets());
            }
        }
        return losses;
    }

    private static void addLoss(JsonObject losses, String reason, long count) {
        if (count > 0) {
            losses.addProperty(reason, count);
        }
    }

    /** Times are seconds since the run's begin. */
    private JsonArray findings() {
        JsonArray findings = new JsonArray();
        for (FindingHistory.Stood stood : diagnosis.history()) {
            JsonObject finding = new JsonObject();
            finding.addProperty("id", stood.finding().id().label());
            finding.addProperty("severity", stood.finding().severity().name());
            finding.addProperty("subject", stood.finding().subject());
            finding.addProperty("fact", stood.finding().fact());
            finding.addProperty("firstS", seconds(stood.firstNs()));
            finding.addProperty("lastS", seconds(stood.lastNs()));
            finding.addProperty("times", stood.times());
            findings.add(finding);
        }
        return findings;
    }
}
