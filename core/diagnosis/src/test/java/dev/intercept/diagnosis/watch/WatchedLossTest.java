package dev.intercept.diagnosis.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.Severity;
import dev.intercept.spi.KernelStats;
import dev.intercept.stats.Counter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Signs that sessions break off and that packets are lost. */
class WatchedLossTest extends WatchScene {

    @Test
    void shouldNameTheTimeThatWouldHaveKeptASession() {
        longestExpiredIdleS = 140;
        counters.add(Counter.ANSWERED_AFTER_EXPIRY, 20);
        loseUnrouted(20, 8080, TARGET);
        passSeconds(1);
        assertEquals(List.of(FindingId.SESSIONS_EXPIRED), active());
        Finding finding = finding(FindingId.SESSIONS_EXPIRED);
        assertEquals(
                "20 answers in 10 s came for sessions that -t 120 had ended; the longest was idle for 140 s",
                finding.fact());
        assertEquals("intercept -t 210", finding.remedy());
    }

    @Test
    void shouldNameABoundThatWouldHaveKeptAllSessions() {
        counters.add(Counter.EVICTED, 200);
        passSeconds(1);
        assertEquals(List.of(FindingId.SESSIONS_EVICTED), active());
        assertEquals(
                "intercept --max-sessions=2097152",
                finding(FindingId.SESSIONS_EVICTED).remedy());
    }

    @Test
    void shouldNameEachLossOfItsOwn() {
        counters.add(Counter.FORWARDED, 500);
        counters.add(Counter.MALFORMED, 10);
        counters.add(Counter.FRAGMENT, 11);
        counters.add(Counter.PARKED_EXPIRED, 12);
        counters.add(Counter.TUNNEL_OVERFLOW, 1);
        passSeconds(1);
        assertEquals(
                List.of(FindingId.MALFORMED, FindingId.FRAGMENTS, FindingId.PARKED_LOST, FindingId.TUNNEL_OVERFLOW),
                active());
        assertEquals(
                "10 malformed in 10 s, while 522 packets came",
                finding(FindingId.MALFORMED).fact());
        assertTrue(finding(FindingId.TUNNEL_OVERFLOW).remedy().startsWith("intercept --tunnel-buffer=8M  # "));
    }

    @Test
    void shouldNeverCountMoreLostAnswersThanCame() {
        loseUnrouted(20, 8080, TARGET);
        counters.add(Counter.PARKED, 30);
        passSeconds(9);
        counters.add(Counter.PARKED_EXPIRED, 3000);
        passSeconds(1);
        assertTrue(finding(FindingId.RESPONSES_WITHOUT_ROUTES).fact().startsWith("50 of 50 answers in 10 s "));
    }

    @Test
    void shouldSeeSessionsThatAreOlderThanIntercept() {
        targets.count(8080, TARGET);
        loseUnrouted(20, 8080, TARGET);
        passSeconds(1);
        assertTrue(finding(FindingId.RESPONSES_WITHOUT_ROUTES).remedy().startsWith("restart tcpcopy"));
    }

    @Test
    void shouldReportRepetitions() {
        addRoutes(20);
        counters.add(Counter.FORWARDED, 20);
        counters.add(Counter.SYN_ACKS_REPEATED, 3);
        counters.add(Counter.ROUTES_RENEWED_AT_ONCE, 4);
        counters.add(Counter.ROUTES_RENEWED_SOON, 5);
        passSeconds(1);
        assertEquals(
                "3 SYN/ACKs were sent again by the target in 10 s",
                finding(FindingId.SYN_ACK_REPEATED).fact());
        assertEquals(
                "4 sessions were begun again within a second in 10 s",
                finding(FindingId.SESSIONS_RESTART_AT_ONCE).fact());
        assertEquals(
                "5 sessions were begun again after 2 to 4 s in 10 s",
                finding(FindingId.SESSIONS_RESTART_LATER).fact());
        passSeconds(11);
        assertEquals(List.of(), active());
    }

    /** The answers of these may be another intercept's, of which nothing is known here. */
    @Test
    void shouldNotWarnOfSessionsThatBeginAgainWithoutAnAnswerHere() {
        addRoutes(20);
        counters.add(Counter.FORWARDED, 10);
        counters.add(Counter.ROUTES_RENEWED_UNANSWERED, 5);
        passSeconds(1);
        Finding finding = finding(FindingId.SESSIONS_RESTART_LATER);
        assertEquals(Severity.INFO, finding.severity());
        assertEquals(
                "5 sessions of which no answer has come here were begun again in 10 s; 0 of 20 announced sessions were"
                        + " answered here",
                finding.fact());
        passSeconds(11);
        assertEquals(List.of(), active());
    }

    @Test
    void shouldNameTheShareOfSessionsThatAreAnsweredHere() {
        assertEquals("10 of 31 announced sessions were answered here, about 1 of 3", new AnsweredShare(31, 10).text());
        assertEquals("31 of 31 announced sessions were answered here", new AnsweredShare(31, 31).text());
    }

    @Test
    void shouldTakeSilenceForChanceWhereAPartOfTheAnswersIsKnownToGoElsewhere() {
        AnsweredShare half = new AnsweredShare(100, 50);
        assertFalse(half.leavesUnexplained(6));
        assertTrue(half.leavesUnexplained(7));
        assertTrue(new AnsweredShare(100, 100).leavesUnexplained(1));
        assertTrue(new AnsweredShare(0, 0).leavesUnexplained(1), "nothing is known yet");
        assertTrue(new AnsweredShare(100, 0).leavesUnexplained(1), "no figures are taken");
    }

    @Test
    void shouldTakeFewRepetitionsForChance() {
        addRoutes(100);
        counters.add(Counter.FORWARDED, 100);
        counters.add(Counter.SYN_ACKS_REPEATED, 9);
        passSeconds(1);
        assertEquals(List.of(), active());
    }

    @Test
    void shouldNameThePortWhereNothingListens() {
        counters.increment(Counter.CONNECTIONS_REFUSED);
        refusing.count(8080, TARGET);
        passSeconds(1);
        assertEquals(
                "the target refused 1 connections in 10 s, most on 198.51.100.1:8080",
                finding(FindingId.TARGET_REFUSES).fact());
        passSeconds(11);
        assertEquals(List.of(), active());
    }

    private void lose(long queueDropped, long userDropped) {
        lane.stats = new KernelStats(
                0,
                0,
                List.of(
                        new KernelStats.Loss(
                                "queue_dropped", queueDropped, "intercept --queue-maxlen=16384  # now 8192"),
                        new KernelStats.Loss("user_dropped", userDropped, "raise net.core.rmem_max")));
    }

    @Test
    void shouldNameTheCountOfTheKernelThatGrowsAndItsRemedy() {
        lose(3, 0);
        passSeconds(5);
        Finding finding = board.active().get(0);
        assertEquals(FindingId.KERNEL_LOSS, finding.id());
        assertEquals("3 packets were lost in the kernel lately (nfqueue:0 queue_dropped is 3)", finding.fact());
        assertEquals("intercept --queue-maxlen=16384  # now 8192", finding.remedy());
        lose(10, 1);
        passSeconds(5);
        assertEquals(2, board.active().size());
        assertEquals(
                "10 packets were lost in the kernel lately (nfqueue:0 queue_dropped is 10)",
                board.active().get(0).fact());
    }

    @Test
    void shouldEndKernelLossAfterAMinuteWithoutAnyMore() {
        lose(3, 0);
        passSeconds(60);
        assertEquals(List.of(FindingId.KERNEL_LOSS), active());
        passSeconds(6);
        assertEquals(List.of(), active());
    }

    @Test
    void shouldReportAnswersOfUnknownLengthWhileThereAreAny() {
        counters.add(Counter.UNKNOWN_LENGTH, 3);
        passSeconds(1);
        assertEquals(
                "3 answers above 64 KiB in 10 s have total length 0, and nfqueue:0 does not say how long they are",
                finding(FindingId.UNKNOWN_LENGTH).fact());
        passSeconds(11);
        assertEquals(List.of(), active());
    }
}
