package dev.intercept.diagnosis.watch;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The kernel loses packets of a lane: names the count that grows and the knob to turn. The man page asks its readers to
 * watch these counts; this watches them. The finding ends when a count has not grown for a minute.
 */
final class KernelLossDetector implements Detector {

    /** Reading the kernel's counts may cost a file in /proc, so not every look does. */
    private static final long READ_INTERVAL_NS = 5_000_000_000L;

    private static final long QUIET_NS = 60_000_000_000L;

    private static final class Seen {
        private long packets;
        private long grewNs;
        private long beforePackets;
        private boolean isRaised;
    }

    private final List<CaptureBackend> lanes;
    private final Map<String, Seen> seenBySubject = new HashMap<>();
    private boolean hasRead;
    private long readNs;

    KernelLossDetector(List<CaptureBackend> lanes) {
        this.lanes = lanes;
    }

    @Override
    public void look(Reading now, Reading windowStart, FindingBoard board) {
        if (hasRead && now.atNs() - readNs < READ_INTERVAL_NS) {
            return;
        }
        hasRead = true;
        readNs = now.atNs();
        for (CaptureBackend lane : lanes) {
            for (KernelStats.Loss loss : lane.kernelStats().losses()) {
                look(lane.lane() + " " + loss.name(), loss, now.atNs(), board);
            }
        }
    }

    private void look(String subject, KernelStats.Loss loss, long nowNs, FindingBoard board) {
        Seen seen = seenBySubject.computeIfAbsent(subject, name -> new Seen());
        if (loss.packets() > seen.packets) {
            seen.beforePackets = seen.isRaised ? seen.beforePackets : seen.packets;
            seen.packets = loss.packets();
            seen.grewNs = nowNs;
            seen.isRaised = true;
            board.raise(finding(subject, loss, seen));
        } else if (seen.isRaised && nowNs - seen.grewNs >= QUIET_NS) {
            seen.isRaised = false;
            board.clear(FindingId.KERNEL_LOSS, subject);
        }
    }

    private static Finding finding(String subject, KernelStats.Loss loss, Seen seen) {
        return Finding.warn(
                        FindingId.KERNEL_LOSS,
                        (seen.packets - seen.beforePackets) + " " + loss.cause() + " lately (" + subject + " is "
                                + loss.packets() + ")",
                        loss.remedy())
                .about(subject);
    }
}
