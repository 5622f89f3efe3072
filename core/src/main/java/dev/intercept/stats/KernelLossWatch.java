package dev.intercept.stats;

import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Warns when the kernel loses packets of a lane: names the count that grows and the knob to turn, at most once a minute
 * for each way to lose them. The man page asks its readers to watch these counts; this watches them.
 *
 * <p>Thread rule: one thread calls {@link #check}, every few seconds.
 */
public final class KernelLossWatch {

    /** How often to call {@link #check}. */
    public static final int CHECK_INTERVAL_S = 5;

    private static final long WARN_INTERVAL_NS = 60_000_000_000L;

    private static final class Seen {
        long toldPackets;
        long toldNs;
        boolean wasTold;
    }

    private final List<CaptureBackend> lanes;
    private final Logger logger;
    private final LongSupplier nanoClock;
    private final Map<String, Seen> seenByName = new HashMap<>();

    public KernelLossWatch(List<CaptureBackend> lanes, Logger logger, LongSupplier nanoClock) {
        this.lanes = List.copyOf(lanes);
        this.logger = logger;
        this.nanoClock = nanoClock;
    }

    /** Reads every lane's kernel counts and tells what has grown. */
    public void check() {
        for (CaptureBackend lane : lanes) {
            for (KernelStats.Loss loss : lane.kernelStats().losses()) {
                check(lane.lane(), loss);
            }
        }
    }

    private void check(String lane, KernelStats.Loss loss) {
        Seen seen = seenByName.computeIfAbsent(lane + ' ' + loss.name(), name -> new Seen());
        long nowNs = nanoClock.getAsLong();
        boolean isQuiet = seen.wasTold && nowNs - seen.toldNs < WARN_INTERVAL_NS;
        if (loss.packets() <= seen.toldPackets || isQuiet) {
            return;
        }
        logger.log(
                Level.WARNING,
                "the kernel lost " + (loss.packets() - seen.toldPackets) + " packets of " + lane + " (" + loss.name()
                        + " is " + loss.packets() + "): " + loss.remedy());
        seen.toldPackets = loss.packets();
        seen.toldNs = nowNs;
        seen.wasTold = true;
    }
}
