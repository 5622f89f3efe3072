package dev.intercept.cli;

import com.google.gson.JsonObject;
import dev.intercept.ExitCode;
import dev.intercept.Intercept;
import dev.intercept.StartException;
import dev.intercept.stats.Counter;
import dev.intercept.summary.RunSummary;
import dev.intercept.summary.SummaryFile;
import dev.intercept.summary.SummaryText;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What ends a run besides a failure, and what is reported then. */
final class RunEnd {

    private static final Logger LOG = System.getLogger(RunEnd.class.getName());

    /** A tcpcopy that is started again connects within this many looks, one a second. */
    private static final int LOOKS_WITHOUT_TUNNEL = 2;

    private final RunOptions options;
    private final AtomicReference<@Nullable String> cause = new AtomicReference<>();
    private int looksWithoutTunnel;

    RunEnd(RunOptions options) {
        this.options = options;
    }

    /** Notes what ends the run; the first counts. Returns whether this is it. */
    boolean isEndedBy(String what) {
        return cause.compareAndSet(null, what);
    }

    /** Ends the run when the options say. */
    void watch(Intercept intercept, Runnable stop) {
        if (options.durationS != null) {
            intercept.every(options.durationS, () -> end("--duration " + options.durationS, stop));
        }
        if (options.endWithTcpcopy) {
            intercept.every(1, () -> {
                boolean wasThere = intercept.statistics().get(Counter.ROUTES_ADDED) > 0;
                looksWithoutTunnel = wasThere && intercept.tunnels().isEmpty() ? looksWithoutTunnel + 1 : 0;
                if (looksWithoutTunnel >= LOOKS_WITHOUT_TUNNEL) {
                    end("--end-with-tcpcopy", stop);
                }
            });
        }
    }

    /** On a thread of its own: a stop waits for the statistics thread, which calls this. */
    private void end(String what, Runnable stop) {
        if (isEndedBy(what)) {
            LOG.log(Level.INFO, what + ": stopping");
            new Thread(stop, "end of run").start();
        }
    }

    /**
     * Logs what the run came to and writes it to the file that was asked for.
     *
     * @param code how the run ended
     * @return how the process ends
     */
    ExitCode report(RunSummary summary, ExitCode code) {
        isEndedBy(code == ExitCode.OK ? "the end of capture" : "a failure");
        JsonObject json = summary.json(Objects.requireNonNull(cause.get(), "set above at the latest"));
        SummaryText.lines(json).forEach(line -> LOG.log(Level.INFO, "summary: " + line));
        if (options.summary == null) {
            return code;
        }
        try {
            SummaryFile.write(options.summary, json);
            return code;
        } catch (StartException e) {
            LOG.log(Level.ERROR, e.getMessage());
            return code == ExitCode.OK ? e.exitCode() : code;
        }
    }
}
