package dev.intercept.diagnosis.watch;

import dev.intercept.answers.AnswerCount;
import dev.intercept.answers.TargetPicture;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.ListenQueues;
import java.util.ArrayDeque;
import java.util.StringJoiner;

/**
 * A target that takes nothing in: its windows are closed, it answers no request where it did before, or its queue of connections to be
 * accepted is full, which shows on the target's own host only.
 */
final class TargetStallsDetector implements Detector {

    private static final int MIN_ZERO_WINDOWS = 3;
    private static final int ZERO_WINDOW_SHARE = 100;
    private static final int MIN_REQUESTS = 10;
    private static final int MIN_OVERFLOWS = 3;

    private final ListenQueues listening;
    private final TargetPorts targetPorts;

    /** The counts of connections refused at the latest looks, the oldest first. */
    private final ArrayDeque<Long> overflows = new ArrayDeque<>();

    TargetStallsDetector(ListenQueues listening, TargetPorts targetPorts) {
        this.listening = listening;
        this.targetPorts = targetPorts;
    }

    @Override
    public void look(Reading now, Reading windowStart, FindingBoard board) {
        StringJoiner facts = new StringJoiner("; ");
        boolean isWholeWindow = now.atNs() - windowStart.atNs() >= (WINDOW_S - 1) * 1_000_000_000L;
        for (TargetPicture.Port port : now.target().since(windowStart.target()).ports()) {
            addZeroWindows(port, facts);
            if (isWholeWindow && hasAnswered(port.port(), windowStart.target())) {
                addSilent(port, facts);
            }
        }
        addFullQueues(facts);
        if (facts.length() == 0) {
            board.clear(FindingId.TARGET_STALLS, "");
            return;
        }
        board.raise(
                Finding.warn(
                        FindingId.TARGET_STALLS,
                        facts.toString(),
                        "ss -ltnp && ps -eo stat,pid,args  # on the target: a Recv-Q above its Send-Q is a full queue, a state T a"
                                + " stopped process; then more workers, or 'tcpcopy -r 50', which copies half of the sessions"));
    }

    private static void addZeroWindows(TargetPicture.Port port, StringJoiner facts) {
        long closed = port.count(AnswerCount.ZERO_WINDOWS);
        long answers = port.count(AnswerCount.ANSWERS);
        if (closed >= MIN_ZERO_WINDOWS && closed * ZERO_WINDOW_SHARE >= answers) {
            facts.add("port " + port.port() + " had no room for more in " + closed + " of " + answers + " answers in "
                    + WINDOW_S + " s");
        }
    }

    /** Requests are acknowledged by the kernel; data comes from the server. */
    private static void addSilent(TargetPicture.Port port, StringJoiner facts) {
        long requests = port.count(AnswerCount.REQUESTS);
        if (requests >= MIN_REQUESTS && port.count(AnswerCount.PAYLOAD_BYTES) == 0) {
            facts.add("port " + port.port() + " took in " + requests + " requests in " + WINDOW_S
                    + " s and answered none");
        }
    }

    private static boolean hasAnswered(int port, TargetPicture before) {
        return before.ports().stream()
                .anyMatch(each -> each.port() == port && each.count(AnswerCount.PAYLOAD_BYTES) > 0);
    }

    private void addFullQueues(StringJoiner facts) {
        overflows.add(listening.overflows());
        if (overflows.size() > WINDOW_S + 1) {
            overflows.remove();
        }
        long refused = overflows.peekLast() - overflows.peekFirst();
        if (refused < MIN_OVERFLOWS) {
            return;
        }
        for (int port : targetPorts.all()) {
            int waiting = listening.waiting(port);
            if (waiting > 0) {
                facts.add("port " + port + " has not accepted " + waiting + " connections, and the kernel dropped "
                        + refused + " for a full queue in " + WINDOW_S + " s");
            }
        }
    }
}
