package dev.intercept.diagnosis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.kit.RecordingLogger;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FindingBoardTest {

    private final RecordingLogger logger = new RecordingLogger();
    private long nowNs;
    private final FindingBoard board = new FindingBoard(logger, () -> nowNs);

    private static Finding stalled(int tunnel, String fact) {
        return Finding.warn(FindingId.TUNNEL_STALLED, fact, "look").about("tunnel " + tunnel);
    }

    @Test
    void shouldPutTheIdInTheLineAndTheRemedyAtItsEnd() {
        board.raise(Finding.warn(FindingId.TARGET_REFUSES, "3 refused", "ss -ltn"));
        board.show();
        assertEquals(
                List.of("WARNING [target-refuses] 3 refused (nothing listens on the target's port); do: ss -ltn"),
                logger.lines);
    }

    @Test
    void shouldLogWhatFlapsOnceAMinute() {
        for (int i = 0; i < 30; i++) {
            board.raise(stalled(1, "stalled"));
            board.show();
            board.clear(FindingId.TUNNEL_STALLED, "tunnel 1");
            board.show();
            nowNs += TimeUnit.SECONDS.toNanos(1);
        }
        assertEquals(
                1,
                logger.lines.stream().filter(line -> line.startsWith("WARNING")).count());
        assertEquals(
                1, logger.lines.stream().filter(line -> line.startsWith("INFO")).count());
    }

    @Test
    void shouldRememberWhenAFindingStoodAndHowOften() {
        board.raise(stalled(1, "one"));
        board.show();
        nowNs = 5;
        board.clear(FindingId.TUNNEL_STALLED, "tunnel 1");
        board.show();
        nowNs = 7;
        board.raise(stalled(1, "again"));
        board.show();
        nowNs = 9;
        board.show();
        assertEquals(List.of(new FindingHistory.Stood(stalled(1, "again"), 0, 9, 2)), board.history());
    }

    @Test
    void shouldKeepSubjectsApart() {
        board.raise(stalled(1, "one"));
        board.raise(stalled(2, "two"));
        board.clear(FindingId.TUNNEL_STALLED, "tunnel 1");
        board.show();
        assertEquals(List.of(stalled(2, "two")), board.active());
    }

    @Test
    void shouldKeepNoMoreThanItsBound() {
        for (int i = 0; i < 2 * FindingBoard.MAX_FINDINGS; i++) {
            board.raise(stalled(i, "stalled"));
        }
        board.show();
        assertEquals(FindingBoard.MAX_FINDINGS, board.active().size());
        for (int i = 0; i < FindingBoard.MAX_FINDINGS; i++) {
            board.clear(FindingId.TUNNEL_STALLED, "tunnel " + i);
        }
        nowNs += FindingBoard.LOG_INTERVAL_NS;
        board.raise(stalled(1000, "new"));
        board.show();
        assertEquals(List.of(stalled(1000, "new")), board.active());
    }

    @Test
    void shouldNeitherShowNorLogWhatIsSilencedUntilItIsNotAnyMore() {
        board.raise(stalled(1, "one"));
        board.show();
        board.silence(Set.of(FindingId.TUNNEL_STALLED));
        assertEquals(List.of(), board.active());
        logger.lines.clear();
        board.raise(stalled(2, "two"));
        board.show();
        board.clear(FindingId.TUNNEL_STALLED, "tunnel 1");
        board.show();
        assertEquals(List.of(), board.active());
        assertEquals(List.of(), logger.lines);
        board.silence(Set.of());
        board.show();
        assertEquals(List.of(stalled(2, "two")), board.active());
    }

    @Test
    void shouldShowTheCauseAndNotItsSymptoms() {
        board.raise(Finding.warn(FindingId.SESSIONS_RESTART_AT_ONCE, "again", "check"));
        board.raise(Finding.warn(FindingId.TARGET_REFUSES, "3 refused", "ss -ltn"));
        board.show();
        assertEquals(
                List.of(FindingId.TARGET_REFUSES),
                board.active().stream().map(Finding::id).toList());
        board.clear(FindingId.TARGET_REFUSES, "");
        board.show();
        assertEquals(
                List.of(FindingId.SESSIONS_RESTART_AT_ONCE),
                board.active().stream().map(Finding::id).toList());
    }
}
