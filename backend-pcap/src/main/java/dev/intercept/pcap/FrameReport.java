package dev.intercept.pcap;

import dev.intercept.pcap.link.FrameTally;
import dev.intercept.spi.KernelStats.Loss;
import java.lang.System.Logger.Level;
import java.util.StringJoiner;

/** Says which frames carried no IP packet: each kind once, and all at the end. Any thread. */
final class FrameReport {

    private static final System.Logger LOG = System.getLogger(FrameReport.class.getName());

    /** The name of the {@link Loss}. */
    static final String NOT_UNDERSTOOD = "not_understood";

    private final String lane;
    private final FrameTally tally;
    private int logged;
    private boolean ended;

    FrameReport(String lane, FrameTally tally) {
        this.lane = lane;
        this.tally = tally;
    }

    /** Logs the kinds not understood that were not seen before. */
    synchronized void logNewKinds() {
        for (; logged < tally.kinds(); logged++) {
            if (!tally.isHarmless(logged)) {
                LOG.log(Level.WARNING, "{0}: frames that are not understood: {1}", lane, tally.text(logged));
            }
        }
    }

    /** Logs how many there were of each kind; later calls do nothing. */
    synchronized void end() {
        if (ended) {
            return;
        }
        ended = true;
        if (tally.kinds() > 0) {
            Level level = tally.notUnderstood() > 0 ? Level.WARNING : Level.INFO;
            LOG.log(level, "{0}: frames without an IP packet: {1}", lane, all());
        }
    }

    private String all() {
        StringJoiner kinds = new StringJoiner("; ");
        for (int slot = 0; slot < tally.kinds(); slot++) {
            kinds.add(tally.text(slot));
        }
        if (tally.ofFurtherKinds() > 0) {
            kinds.add(tally.ofFurtherKinds() + " of further kinds");
        }
        return kinds.toString();
    }

    Loss loss() {
        return new Loss(
                NOT_UNDERSTOOD,
                tally.notUnderstood(),
                "frames were not understood",
                "intercept status  # the log names their link types and EtherTypes; tcpdump -e shows them");
    }
}
