package dev.intercept.diagnosis.watch;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.stats.Counter;
import java.util.List;
import java.util.stream.Collectors;

/** Answers whose header says total length 0, from a lane that does not say how long they are. */
final class UnknownLengthDetector implements Detector {

    private final List<CaptureBackend> lanes;

    UnknownLengthDetector(List<CaptureBackend> lanes) {
        this.lanes = lanes;
    }

    @Override
    public void look(Reading now, Reading windowStart, FindingBoard board) {
        long count = now.since(windowStart, Counter.UNKNOWN_LENGTH);
        if (count > 0) {
            board.raise(Finding.warn(
                    FindingId.UNKNOWN_LENGTH,
                    count + " answers above 64 KiB in " + WINDOW_S + " s have total length 0, and " + names()
                            + " does not say how long they are",
                    "ip link set dev DEV gso_ipv4_max_size 65536  # on the target, DEV the device the answers leave by;"
                            + " or --backend=nfqueue, which knows the length"));
        } else {
            board.clear(FindingId.UNKNOWN_LENGTH, "");
        }
    }

    private String names() {
        return lanes.stream().map(CaptureBackend::lane).collect(Collectors.joining(", "));
    }
}
