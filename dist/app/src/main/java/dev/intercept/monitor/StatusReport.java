package dev.intercept.monitor;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.intercept.Intercept;
import dev.intercept.diagnosis.FindingTexts;
import dev.intercept.diagnosis.watch.Diagnosis;
import dev.intercept.server.Tunnel;
import dev.intercept.session.SessionClock;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Statistics;
import java.net.InetSocketAddress;

/** Everything that is known about a running intercept at one moment, as one JSON object. Any thread. */
public final class StatusReport {

    /** Tunnels listed at most: with more, the sums say more than a list would. */
    static final int MAX_TUNNELS = 256;

    private static final Gson GSON = new Gson();

    private final Intercept intercept;
    private final Diagnosis diagnosis;
    private final String version;
    private final long startedNs = System.nanoTime();

    public StatusReport(Intercept intercept, Diagnosis diagnosis, String version) {
        this.intercept = intercept;
        this.diagnosis = diagnosis;
        this.version = version;
    }

    /** One line of JSON. */
    public String json() {
        return GSON.toJson(object());
    }

    JsonObject object() {
        Statistics statistics = intercept.statistics();
        JsonObject report = new JsonObject();
        report.addProperty("version", version);
        report.addProperty("pid", ProcessHandle.current().pid());
        report.addProperty("uptimeS", (System.nanoTime() - startedNs) / 1_000_000_000L);
        report.addProperty("backend", intercept.backendName());
        report.addProperty("listening", text(intercept.address()));
        report.addProperty("capturing", intercept.isCapturing());
        report.addProperty("packets", statistics.packets());
        report.addProperty("kernelLost", statistics.kernelLost());
        report.addProperty("sessions", statistics.sessions().getAsInt());
        report.addProperty("tunnelCount", statistics.tunnels().getAsInt());
        report.addProperty("waiting", statistics.waiting().getAsLong());
        report.addProperty("line", intercept.line());
        report.add("counters", counters(statistics));
        report.add("lanes", lanes(statistics));
        report.add("tunnels", tunnels());
        report.add("target", TargetReport.json(intercept.target()));
        report.add(
                "stopped",
                StoppedReport.json(
                        intercept.latestStopped(),
                        SessionClock.seconds(intercept.nanoClock().getAsLong())));
        report.add("findings", FindingTexts.array(diagnosis.findings()));
        return report;
    }

    /** As users write it: {@code [::]:36524}, {@code 10.0.0.1:36524}. */
    static String text(InetSocketAddress address) {
        return HostAndPort.fromParts(InetAddresses.toAddrString(address.getAddress()), address.getPort())
                .toString();
    }

    private static JsonObject counters(Statistics statistics) {
        JsonObject counters = new JsonObject();
        for (Counter counter : Counter.values()) {
            counters.addProperty(counter.label(), statistics.get(counter));
        }
        return counters;
    }

    private static JsonArray lanes(Statistics statistics) {
        JsonArray lanes = new JsonArray();
        for (CaptureBackend backend : statistics.lanes()) {
            KernelStats stats = backend.kernelStats();
            JsonObject losses = new JsonObject();
            stats.losses().forEach(loss -> losses.addProperty(loss.name(), loss.packets()));
            JsonObject lane = new JsonObject();
            lane.addProperty("name", backend.lane());
            lane.addProperty("queued", stats.queued());
            lane.addProperty("received", stats.received());
            lane.add("losses", losses);
            lanes.add(lane);
        }
        return lanes;
    }

    private JsonArray tunnels() {
        JsonArray tunnels = new JsonArray();
        for (Tunnel each : intercept.tunnels()) {
            if (tunnels.size() == MAX_TUNNELS) {
                break;
            }
            JsonObject tunnel = new JsonObject();
            tunnel.addProperty("number", each.number());
            tunnel.addProperty("peer", each.peer());
            tunnel.addProperty(
                    "format",
                    each.format() == null
                            ? "nothing received yet"
                            : each.format().describe());
            tunnel.addProperty("forwarded", each.forwarded());
            tunnel.addProperty("written", each.written());
            tunnel.addProperty("waiting", each.waiting());
            tunnel.addProperty("overflowed", each.overflowed());
            tunnel.addProperty("pendingBytes", each.pendingBytes());
            tunnels.add(tunnel);
        }
        return tunnels;
    }
}
