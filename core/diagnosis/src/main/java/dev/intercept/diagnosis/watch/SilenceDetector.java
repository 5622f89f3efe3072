package dev.intercept.diagnosis.watch;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.stats.Counter;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Routes come, and for 10 s no answer to any; worse, no packet at all since the start. */
final class SilenceDetector implements Detector {

    private static final long SILENCE_NS = WINDOW_S * 1_000_000_000L;

    private final List<CaptureBackend> lanes;
    private final HostCause cause;
    private @Nullable Reading last;

    /** The last with an answer, while routes wait for one. */
    private @Nullable Reading waitingSince;

    SilenceDetector(List<CaptureBackend> lanes, HostCause cause) {
        this.lanes = lanes;
        this.cause = cause;
    }

    @Override
    public void look(Reading now, Reading windowStart, FindingBoard board) {
        boolean isGivenUp = now.sessions() == 0 && now.since(windowStart, Counter.ROUTES_ADDED) == 0;
        Reading before = last == null ? windowStart : last;
        if (now.answers() > before.answers() || isGivenUp) {
            onEnd(board);
        } else if (waitingSince == null && now.get(Counter.ROUTES_ADDED) > before.get(Counter.ROUTES_ADDED)) {
            waitingSince = before;
        } else if (waitingSince != null
                && now.atNs() - waitingSince.atNs() >= SILENCE_NS
                && isMoreThanChance(now, waitingSince)) {
            raise(now, waitingSince, board);
        }
        last = now;
    }

    /** Where several intercepts share the answers, those of a few sessions in a row may go to the others. */
    private static boolean isMoreThanChance(Reading now, Reading since) {
        return AnsweredShare.of(since).leavesUnexplained(now.since(since, Counter.ROUTES_ADDED));
    }

    private void onEnd(FindingBoard board) {
        if (waitingSince != null) {
            board.clear(FindingId.ROUTES_WITHOUT_RESPONSES, "");
            board.clear(FindingId.QUEUE_SILENT, "");
        }
        waitingSince = null;
    }

    private void raise(Reading now, Reading waitingSince, FindingBoard board) {
        long routes = now.since(waitingSince, Counter.ROUTES_ADDED);
        long forS = (now.atNs() - waitingSince.atNs()) / 1_000_000_000L;
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
