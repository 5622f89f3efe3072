package dev.intercept.diagnosis.watch;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.stats.Counter;
import java.util.List;
import java.util.stream.Collectors;

/** Routes come, and for 10 s no answer to any; worse, no packet at all since the start. */
final class SilenceDetector implements Detector {

    private static final long SILENCE_NS = WINDOW_S * 1_000_000_000L;

    private final List<CaptureBackend> lanes;
    private final HostCause cause;
    private Reading lastAnswered;
    private Reading last;
    private long waitingSinceNs;
    private boolean isWaiting;

    SilenceDetector(List<CaptureBackend> lanes, HostCause cause) {
        this.lanes = lanes;
        this.cause = cause;
    }

    @Override
    public void look(Reading now, Reading windowStart, FindingBoard board) {
        boolean isGivenUp = now.sessions() == 0 && now.since(windowStart, Counter.ROUTES_ADDED) == 0;
        if (last == null) {
            last = windowStart;
        }
        if (now.answers() > last.answers() || isGivenUp) {
            onEnd(board);
        } else if (!isWaiting && now.get(Counter.ROUTES_ADDED) > last.get(Counter.ROUTES_ADDED)) {
            isWaiting = true;
            waitingSinceNs = last.atNs();
            lastAnswered = last;
        } else if (isWaiting && now.atNs() - waitingSinceNs >= SILENCE_NS) {
            raise(now, board);
        }
        last = now;
    }

    private void onEnd(FindingBoard board) {
        if (isWaiting) {
            board.clear(FindingId.ROUTES_WITHOUT_RESPONSES, "");
            board.clear(FindingId.QUEUE_SILENT, "");
        }
        isWaiting = false;
    }

    private void raise(Reading now, FindingBoard board) {
        long routes = now.since(lastAnswered, Counter.ROUTES_ADDED);
        long forS = (now.atNs() - waitingSinceNs) / 1_000_000_000L;
        board.raise(
                Finding.warn(
                        FindingId.ROUTES_WITHOUT_RESPONSES,
                        routes + " routes in " + forS + " s and no answer to any",
                        cause.remedyOr(
                                "ip route get CLIENT  # on the target, with a real client's address: do answers come by here?")));
        if (now.packets() == 0) {
            board.raise(
                    Finding.warn(
                            FindingId.QUEUE_SILENT,
                            "no packet has come from "
                                    + lanes.stream().map(CaptureBackend::lane).collect(Collectors.joining(", "))
                                    + " since the start",
                            cause.remedyOr(
                                    "tcpdump -ni any tcp src port PORT  # PORT: the test server's; are there answers at all?")));
        } else {
            board.clear(FindingId.QUEUE_SILENT, "");
        }
    }
}
