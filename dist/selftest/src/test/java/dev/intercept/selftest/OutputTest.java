package dev.intercept.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the user reads. */
class OutputTest {

    private static final long SECOND_NS = 1_000_000_000L;

    private final StringWriter text = new StringWriter();
    private final PrintWriter out = new PrintWriter(text);

    private static ServedRequests served(int requests) {
        ServedRequests served = new ServedRequests();
        for (int id = 0; id < requests; id++) {
            served.served(id, 1000);
        }
        return served;
    }

    private static Findings findings(ServedRequests served, Escapes escapes, boolean stopped, String... troubles) {
        return new Findings(
                200,
                served,
                new ReplayResult(110, 200, 1530, 7, 0, List.of(troubles), SECOND_NS / 2),
                Optional.of(new DaemonStatistics(
                        Map.of("forwarded", 1523L, "parked", 7L, "unparked", 7L),
                        Map.of("nfqueue:0 queue_dropped", 0L))),
                true,
                escapes,
                stopped);
    }

    private List<String> printed(Findings findings) {
        Report report = new Report(out);
        report.print(findings);
        report.verdict(findings, "nfqueue", 2 * SECOND_NS);
        return text.toString().lines().toList();
    }

    @Test
    void shouldReportWhatWasServedForwardedAndLost() {
        assertEquals(
                List.of(
                        "",
                        "  served     200 of 200 requests by the HTTP server, each once; 195.3 KiB of answers",
                        "  replayed   110 connections and 1530 headers in 0.50 s, 0 packets sent again,"
                                + " 7 routes late on purpose",
                        "  forwarded  1523 headers; parked 7, of these sent later 7; without a route 0,"
                                + " dropped for lack of room 0",
                        "  kernel     dropped 0 (nfqueue:0 queue_dropped 0)",
                        "  escaped    0 answers left for the clients (watched on wire0), 0 went another way,"
                                + " 0 were answered by a client",
                        "",
                        "PASSED in 2.00 s: nfqueue does the job on this machine"),
                printed(findings(served(200), new Escapes(0, 0, 0), true)));
    }

    @Test
    void shouldFailWhenOneRequestWasNotServed() {
        List<String> lines = printed(findings(served(199), new Escapes(0, 0, 0), true));
        assertEquals(
                "FAILED at the step \"verdict\": 1 of 200 requests were not served, the first is number 199",
                lines.get(lines.size() - 2));
        assertEquals(
                "What to do next: run it again with -- --log-level debug, and please report this with the lines above",
                lines.get(lines.size() - 1));
    }

    @Test
    void shouldFailWhenOneAnswerEscapedEvenIfAllWereServed() {
        List<String> lines = printed(findings(served(200), new Escapes(1, 0, 0), true));
        assertEquals("FAILED at the step \"verdict\": 1 packet escaped", lines.get(lines.size() - 2));
    }

    @Test
    void shouldExpectAnswersOnTheWireWhereNothingStopsThem() {
        List<String> lines = printed(findings(served(200), new Escapes(900, 0, 0), false));
        assertEquals(
                "  escaped    0; 900 answers left by wire0 as they should where nothing is queued, 0 went another way,"
                        + " 0 were answered by a client",
                lines.get(5));
        assertEquals("PASSED in 2.00 s: nfqueue does the job on this machine", lines.get(7));
    }

    @Test
    void shouldFailWithoutAQueueWhenAnAnswerReachedAClient() {
        assertEquals(3, new Escapes(900, 1, 2).forbidden(false));
        assertFalse(
                findings(served(200), new Escapes(900, 1, 0), false).failure().isEmpty());
    }

    @Test
    void shouldNameTheFirstConnectionThatDidNotEndWell() {
        List<String> lines = printed(findings(
                served(200),
                new Escapes(0, 0, 0),
                true,
                "client 192.0.2.7:10000: the target reset the connection (answer 1 of 1)"));
        assertEquals(
                "FAILED at the step \"verdict\": 1 connection did not end well: client 192.0.2.7:10000:"
                        + " the target reset the connection (answer 1 of 1)",
                lines.get(lines.size() - 2));
    }

    @Test
    void shouldFailWhenInterceptTookItsStatisticsWithIt() {
        Findings whole = findings(served(200), new Escapes(0, 0, 0), true);
        Findings silent =
                new Findings(200, whole.served(), whole.replay(), Optional.empty(), true, whole.escapes(), true);
        assertEquals(Optional.of("intercept logged no final statistics"), silent.failure());
    }

    @Test
    void shouldNotClaimThatTheKernelLostNothingWhereItCannotBeSeen() {
        Findings whole = findings(served(200), new Escapes(0, 0, 0), true);
        Findings blind =
                new Findings(200, whole.served(), whole.replay(), whole.statistics(), false, whole.escapes(), true);
        assertEquals(
                "  kernel     what it dropped cannot be seen: /proc/net/netfilter/nfnetlink_queue may be read by root only",
                printed(blind).get(4));
    }

    @Test
    void shouldShowInterceptsLastLinesWhenAStepFailed() {
        new Report(out)
                .failed(new SelftestException(
                        Step.INTERCEPT, "it ended with exit code 69", "do what it says", 69, List.of("a", "b")));
        assertEquals(
                List.of(
                        "",
                        "  intercept's last lines:",
                        "    a",
                        "    b",
                        "FAILED at the step \"intercept\": it ended with exit code 69",
                        "What to do next: do what it says"),
                text.toString().lines().toList());
    }

    @Test
    void shouldReportProgressByQuartersWhereItIsNoTerminal() {
        Progress progress = new Progress(out, false, 100);
        for (int answered = 0; answered <= 100; answered++) {
            progress.replay(answered, 5, SECOND_NS);
        }
        progress.done(Step.RULE, "one\ntwo");
        assertEquals(
                List.of(
                        "    25 of 100 answered, 5 connections open, 1.00 s",
                        "    50 of 100 answered, 5 connections open, 1.00 s",
                        "    75 of 100 answered, 5 connections open, 1.00 s",
                        "    100 of 100 answered, 5 connections open, 1.00 s",
                        "  rule             one",
                        "                   two"),
                text.toString().lines().toList());
    }

    @Test
    void shouldWriteOneLineOverAndOverOnATerminal() {
        Progress progress = new Progress(out, true, 100);
        progress.replay(10, 5, SECOND_NS);
        progress.replay(50, 5, 20 * SECOND_NS);
        progress.done(Step.REPLAY, "done");
        String[] overwritten = text.toString().split("\r");
        assertEquals(
                "  [##......................] 10 of 100 answered, 5 connections open, 1.00 s",
                overwritten[1].stripTrailing());
        assertEquals(
                "  [############............] 50 of 100 answered, 5 connections open, 20.0 s",
                overwritten[2].stripTrailing());
        assertEquals("", overwritten[3].strip());
        assertEquals("  replay           done", overwritten[4].stripTrailing());
    }

    @Test
    void shouldSayWhichWaysIntoANamespaceWereRefused() {
        SelftestException e = PrivateNamespace.refused(List.of("unshare -n: no", "unshare -Urn: no"), false);
        assertEquals("no private network namespace can be made: unshare -n: no; unshare -Urn: no", e.getMessage());
        assertEquals(77, e.exitCode());
        assertEquals(69, PrivateNamespace.refused(List.of(), true).exitCode());
        assertEquals(
                "install unshare: apt-get install util-linux",
                PrivateNamespace.refused(List.of(), true).nextStep());
    }
}
