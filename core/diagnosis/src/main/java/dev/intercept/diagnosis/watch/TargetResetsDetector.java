package dev.intercept.diagnosis.watch;

import dev.intercept.answers.AnswerCount;
import dev.intercept.answers.TargetPicture;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import java.util.Comparator;

/** A target that ends a tenth of its sessions or more by reset. */
final class TargetResetsDetector implements Detector {

    private static final int MIN_RESETS = 10;

    /** A client that closes while answers are on their way is answered by a reset too. */
    private static final int SHARE = 10;

    @Override
    public void look(Reading now, Reading windowStart, FindingBoard board) {
        now.target().since(windowStart.target()).ports().stream()
                .filter(TargetResetsDetector::resetsMany)
                .max(Comparator.comparingLong(port -> port.count(AnswerCount.RESETS)))
                .ifPresentOrElse(port -> board.raise(finding(port)), () -> board.clear(FindingId.TARGET_RESETS, ""));
    }

    private static boolean resetsMany(TargetPicture.Port port) {
        long resets = port.count(AnswerCount.RESETS);
        return resets >= MIN_RESETS && resets * SHARE >= resets + port.count(AnswerCount.FINS);
    }

    private static Finding finding(TargetPicture.Port port) {
        return Finding.warn(
                FindingId.TARGET_RESETS,
                "port " + port.port() + " ended " + port.count(AnswerCount.RESETS) + " sessions by RST in " + WINDOW_S
                        + " s, " + port.count(AnswerCount.FINS) + " in order",
                "nstat -az 'TcpExtTCPAbort*'  # on the target: the one that grows is the reason; then the test server's log");
    }
}
