package dev.intercept.selftest;

import dev.intercept.kit.TestNetwork;
import dev.intercept.stats.Counter;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The figures at the end, and the one line that says whether this machine can do the job. */
final class Report {

    private static final int MAX_TROUBLES = 3;

    /** Where the kernel counts what a queue lost; in a user namespace its owner is a stranger. */
    static final String QUEUE_COUNTS = "/proc/net/netfilter/nfnetlink_queue";

    private static final String UNREADABLE =
            "what it dropped cannot be seen: " + QUEUE_COUNTS + " may be read by root only";

    private final PrintWriter out;

    Report(PrintWriter out) {
        this.out = out;
    }

    void print(Findings findings) {
        out.println();
        row("served", served(findings));
        row("replayed", replayed(findings.replay()));
        findings.statistics().ifPresent(statistics -> {
            row("forwarded", forwarded(statistics));
            row("kernel", findings.kernelCountsReadable() ? kernel(statistics) : UNREADABLE);
        });
        row("escaped", escaped(findings));
        List<String> troubles = findings.replay().troubles();
        troubles.stream().limit(MAX_TROUBLES).forEach(trouble -> row("trouble", trouble));
        out.flush();
    }

    private void row(String label, String text) {
        out.printf("  %-10s %s%n", label, text);
    }

    private static String served(Findings findings) {
        ServedRequests served = findings.served();
        return served.distinct() + " of " + findings.requests() + " requests by the HTTP server, "
                + (served.again() == 0 ? "each once" : served.again() + " of them again")
                + (served.damagedRequests() == 0 ? "" : ", " + served.damagedRequests() + " arrived damaged") + "; "
                + Units.bytes(served.bodyBytes()) + " of answers";
    }

    private static String replayed(ReplayResult replay) {
        return Units.count(replay.connections(), "connection") + " and " + Units.count(replay.headers(), "header")
                + " in " + Units.seconds(replay.durationNs()) + ", "
                + Units.count(replay.retransmissions(), "packet") + " sent again, "
                + Units.count(replay.delayedRoutes(), "route") + " late on purpose";
    }

    private static String forwarded(DaemonStatistics statistics) {
        return Units.count(statistics.get(Counter.FORWARDED), "header") + "; parked "
                + statistics.get(Counter.PARKED) + ", of these sent later " + statistics.get(Counter.UNPARKED)
                + "; without a route " + statistics.get(Counter.NO_ROUTE) + ", dropped for lack of room "
                + (statistics.get(Counter.TUNNEL_OVERFLOW) + statistics.get(Counter.UNPARKED_OVERFLOW));
    }

    private static String kernel(DaemonStatistics statistics) {
        String reasons =
                statistics.kernelLosses().entrySet().stream().map(Report::loss).collect(Collectors.joining(", "));
        return "dropped " + statistics.kernelLost() + (reasons.isEmpty() ? "" : " (" + reasons + ")");
    }

    private static String loss(Map.Entry<String, Long> loss) {
        return loss.getKey() + " " + loss.getValue();
    }

    private static String escaped(Findings findings) {
        Escapes escapes = findings.escapes();
        String elsewhere =
                escapes.astray() + " went another way, " + escapes.comingBack() + " were answered by a client";
        if (findings.answersAreStopped()) {
            return escapes.leaving() + " answers left for the clients (watched on " + TestNetwork.WIRE_DEVICE + "), "
                    + elsewhere;
        }
        return escapes.forbidden(false) + "; " + escapes.leaving() + " answers left by " + TestNetwork.WIRE_DEVICE
                + " as they should where nothing is queued, " + elsewhere;
    }

    /** The last line of a run that went to its end. */
    void verdict(Findings findings, String backend, long totalNs) {
        out.println();
        if (findings.failure().isEmpty()) {
            out.println("PASSED in " + Units.seconds(totalNs) + ": " + backend + " does the job on this machine");
        } else {
            failed(Step.VERDICT, findings.failure().get(), findings.nextStep(), List.of());
        }
        out.flush();
    }

    /** The last lines of a run that could not go on. */
    void failed(SelftestException failure) {
        out.println();
        failed(failure.step(), failure.getMessage(), failure.nextStep(), failure.logLines());
        out.flush();
    }

    private void failed(Step step, String what, String nextStep, List<String> logLines) {
        if (!logLines.isEmpty()) {
            out.println("  intercept's last lines:");
            logLines.forEach(line -> out.println("    " + line));
        }
        out.println("FAILED at the step \"" + step.label() + "\": " + what);
        out.println("What to do next: " + nextStep);
    }
}
