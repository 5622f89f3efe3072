package dev.intercept.diagnosis.watch;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.stats.Counter;
import dev.intercept.stats.PortTally;
import java.util.List;

/** The target answers SYNs with RST. */
final class RefusalDetector implements Detector {

    private final TopPorts refusing;

    RefusalDetector(List<PortTally> refusing) {
        this.refusing = new TopPorts(refusing);
    }

    @Override
    public void look(Reading now, Reading windowStart, FindingBoard board) {
        long refused = now.since(windowStart, Counter.CONNECTIONS_REFUSED);
        List<PortTally.Entry> most = refusing.top(1);
        if (refused == 0 || most.isEmpty()) {
            board.clear(FindingId.TARGET_REFUSES, "");
            refusing.restart();
            return;
        }
        int port = most.get(0).port();
        board.raise(Finding.warn(
                FindingId.TARGET_REFUSES,
                "the target refused " + refused + " connections in " + WINDOW_S + " s, most on "
                        + Addresses.text(most.get(0).address()) + ":" + port,
                "ss -ltn sport = :" + port + "  # on the target: start the test server so that this shows it"));
    }
}
