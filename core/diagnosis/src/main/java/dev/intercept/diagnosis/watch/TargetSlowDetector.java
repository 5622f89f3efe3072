package dev.intercept.diagnosis.watch;

import dev.intercept.answers.AnswerCount;
import dev.intercept.answers.AnswerDelay;
import dev.intercept.answers.TargetPicture;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** A target whose SYN/ACKs come ten times as late as at the start of the run, or that sends more than a hundredth again. */
final class TargetSlowDetector implements Detector {

    private static final int MIN_DELAYS = 20;
    private static final int TIMES = 10;

    /** What is below this is the host's own scheduling, and nobody's concern. */
    private static final long MIN_DELAY_NS = 5_000_000L;

    private static final int MIN_REPEATED = 10;
    private static final int SHARE = 100;
    private static final double NS_PER_MS = 1e6;

    private final Map<Integer, Long> medianAtStartNs = new HashMap<>();

    @Override
    public void look(Reading now, Reading windowStart, FindingBoard board) {
        now.target().ports().forEach(this::rememberStart);
        StringJoiner facts = new StringJoiner("; ");
        int worst = 0;
        for (TargetPicture.Port port : now.target().since(windowStart.target()).ports()) {
            int before = facts.length();
            addDelay(port, facts);
            addRepeated(port, facts);
            worst = facts.length() > before ? port.port() : worst;
        }
        if (facts.length() == 0) {
            board.clear(FindingId.TARGET_SLOW, "");
            return;
        }
        board.raise(Finding.warn(
                FindingId.TARGET_SLOW,
                facts.toString(),
                "ss -tin sport = :" + worst
                        + "  # on the target: rtt, retrans and busy of its connections, then its processor"
                        + " time; 'tcpcopy -r 50' copies half of the sessions"));
    }

    /** The first delays of a run are what later ones are held against. */
    private void rememberStart(TargetPicture.Port port) {
        TargetPicture.Delays delays = port.delay(AnswerDelay.SYN_ACK);
        if (delays.total() >= MIN_DELAYS) {
            medianAtStartNs.putIfAbsent(port.port(), delays.quantileNs(0.5));
        }
    }

    private void addDelay(TargetPicture.Port port, StringJoiner facts) {
        TargetPicture.Delays delays = port.delay(AnswerDelay.SYN_ACK);
        long medianNs = delays.quantileNs(0.5);
        Long startNs = medianAtStartNs.get(port.port());
        if (startNs != null
                && delays.total() >= MIN_DELAYS
                && medianNs >= MIN_DELAY_NS
                && medianNs >= TIMES * startNs) {
            facts.add("half of the SYN/ACKs of port " + port.port() + " took " + ms(medianNs) + " ms or more in "
                    + WINDOW_S + " s, at the start " + ms(startNs) + " ms");
        }
    }

    private static void addRepeated(TargetPicture.Port port, StringJoiner facts) {
        long repeated = port.count(AnswerCount.REPEATED);
        long all = port.count(AnswerCount.SEGMENTS);
        if (repeated >= MIN_REPEATED && repeated * SHARE > all) {
            facts.add(String.format(
                    Locale.ROOT,
                    "port %d sent %d of %d segments again in %d s, %.1f %%",
                    port.port(),
                    repeated,
                    all,
                    WINDOW_S,
                    100.0 * repeated / all));
        }
    }

    private static String ms(long ns) {
        return String.format(Locale.ROOT, "%.3g", ns / NS_PER_MS);
    }
}
