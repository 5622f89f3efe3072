package dev.intercept.diagnosis.watch;

import dev.intercept.capture.CaptureSigns;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.check.AnswerRules;
import dev.intercept.stats.Counter;
import dev.intercept.stats.PortTally;
import java.util.List;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.function.Supplier;

/** Answers that nobody waits for, a tenth of all or more, with the ports they come from most. */
final class UnroutedDetector implements Detector {

    private static final int MIN_PACKETS = 10;
    private static final int SHARE = 10;
    private static final int TOP = 5;

    private final TopPorts unrouted;
    private final TargetPorts targetPorts;
    private final Supplier<AnswerRules> rules;

    UnroutedDetector(List<PortTally> unrouted, TargetPorts targetPorts, Supplier<AnswerRules> rules) {
        this.unrouted = new TopPorts(unrouted);
        this.targetPorts = targetPorts;
        this.rules = rules;
    }

    @Override
    public void look(Reading now, Reading windowStart, FindingBoard board) {
        long waiting = now.since(windowStart, Counter.PARKED)
                - now.since(windowStart, Counter.UNPARKED)
                - now.since(windowStart, Counter.UNPARKED_OVERFLOW);
        long lost = now.since(windowStart, Counter.NO_ROUTE) + Math.max(0, waiting);
        long all = now.packets() - windowStart.packets();
        List<PortTally.Entry> top = unrouted.top(TOP);
        if (lost >= MIN_PACKETS && lost * SHARE >= all && !top.isEmpty()) {
            board.raise(Finding.warn(
                    FindingId.RESPONSES_WITHOUT_ROUTES,
                    lost + " of " + all + " answers in " + WINDOW_S + " s have no route; most often " + text(top),
                    remedy(top.get(0))));
        } else {
            board.clear(FindingId.RESPONSES_WITHOUT_ROUTES, "");
            unrouted.restart();
        }
    }

    private static String text(List<PortTally.Entry> top) {
        StringJoiner text = new StringJoiner(", ");
        for (PortTally.Entry entry : top) {
            boolean isDestination = (entry.port() & CaptureSigns.DESTINATION) != 0;
            text.add((isDestination ? "to " : "from ") + Addresses.text(entry.address()) + ":" + port(entry));
        }
        return text.toString();
    }

    private static int port(PortTally.Entry entry) {
        return entry.port() & 0xffff;
    }

    /**
     * The test server's own port means older sessions; any other port means too wide a rule, which is narrowed. Never an exception for a port: an answer of the test server might leave by it.
     */
    private String remedy(PortTally.Entry entry) {
        boolean isDestination = (entry.port() & CaptureSigns.DESTINATION) != 0;
        SortedSet<Integer> known = targetPorts.all();
        if (isDestination || !known.contains(port(entry)) && !rules.get().name(port(entry))) {
            return rules.get().narrowedTo(known);
        }
        return "restart tcpcopy  # these sessions began before intercept or before tcpcopy; they end by themselves";
    }
}
