package dev.intercept.diagnosis.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.InterceptConfig;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.capture.CaptureSigns;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.Severity;
import dev.intercept.diagnosis.TextHost;
import dev.intercept.diagnosis.check.AnswerRules;
import dev.intercept.diagnosis.check.CheckScope;
import dev.intercept.kit.FakeLane;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RecordingLogger;
import dev.intercept.session.ParkedHeader;
import dev.intercept.session.SessionClock;
import dev.intercept.spi.KernelStats;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.PortSet;
import dev.intercept.stats.PortTally;
import dev.intercept.stats.Statistics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Each sign with counters that a test moves; time is moved by hand. */
class WatchTest {

    private static final int TARGET = PacketBuilder.address("198.51.100.1");
    private static final int CONTAINER = PacketBuilder.address("172.17.0.2");

    private static final CheckScope SCOPE = new CheckScope(
            InterceptConfig.builder().backendName("nfqueue").build(),
            BackendRegistry.load(List.of()),
            Optional.empty(),
            OptionalInt.empty());

    private final Counters counters = new Counters();
    private final FakeLane lane = new FakeLane();
    private final PortTally unrouted = new PortTally();
    private final PortTally refusing = new PortTally();
    private final PortTally targets = new PortTally();
    private final PortSet forwarded = new PortSet();
    private final TextHost host = new TextHost();
    private final RecordingLogger logger = new RecordingLogger();
    private long nowNs = 7;
    private int sessions;
    private List<Finding> hostFindings = List.of();
    private int hostLooks;
    private boolean isConnected = true;
    private List<ParkedHeader> parked = List.of();
    private final Map<Long, Long> targetsOfClients = new HashMap<>();
    private int longestExpiredIdleS;

    private final FindingBoard board = new FindingBoard(logger, () -> nowNs);
    private final Watch watch = new Watch(
            new WatchInputs(
                    InterceptConfig.builder().build(),
                    new Statistics(List.of(counters), List.of(lane), () -> sessions, () -> 0),
                    List.of(lane),
                    () -> isConnected,
                    List::of,
                    List.of(unrouted),
                    List.of(refusing),
                    new TargetPorts(targets, List.of(forwarded)),
                    () -> parked,
                    client -> targetsOfClients.getOrDefault(client, 0L),
                    () -> longestExpiredIdleS),
            board,
            this::lookAtHost,
            () -> AnswerRules.read(host, SCOPE),
            () -> nowNs);

    private List<Finding> lookAtHost() {
        hostLooks++;
        return hostFindings;
    }

    private void passSeconds(int seconds) {
        for (int i = 0; i < seconds; i++) {
            nowNs += TimeUnit.SECONDS.toNanos(1);
            watch.look();
        }
    }

    private List<FindingId> active() {
        return board.active().stream().map(Finding::id).toList();
    }

    private Finding finding(FindingId id) {
        return board.active().stream()
                .filter(finding -> finding.id() == id)
                .findFirst()
                .orElseThrow(() -> new AssertionError("not there: " + id + " in " + board.active()));
    }

    private void addRoutes(int routes) {
        counters.add(Counter.ROUTES_ADDED, routes);
        sessions += routes;
    }

    @Test
    void shouldSayNothingOfAServerWithoutClients() {
        passSeconds(100);
        assertEquals(List.of(), logger.lines);
        assertEquals(0, hostLooks);
    }

    @Test
    void shouldTellOfRoutesWithoutResponsesAfterTenSeconds() {
        addRoutes(3);
        passSeconds(9);
        assertEquals(List.of(), active());
        passSeconds(3);
        assertEquals(
                "no packet has come from nfqueue:0 since the start",
                finding(FindingId.QUEUE_SILENT).fact());
        counters.increment(Counter.NOT_TCP);
        passSeconds(1);
        assertEquals(
                "3 routes in 13 s and no answer to any",
                finding(FindingId.ROUTES_WITHOUT_RESPONSES).fact());
        counters.increment(Counter.FORWARDED);
        passSeconds(1);
        assertEquals(List.of(), active());
    }

    @Test
    void shouldNotCallAQueueSilentThatHasBroughtAnything() {
        counters.increment(Counter.NOT_TCP);
        addRoutes(1);
        passSeconds(20);
        assertEquals(List.of(FindingId.ROUTES_WITHOUT_RESPONSES), active());
    }

    @Test
    void shouldForgetRoutesThatEndedUnanswered() {
        addRoutes(1);
        passSeconds(20);
        sessions = 0;
        passSeconds(1);
        assertEquals(List.of(), active());
    }

    @Test
    void shouldNameTheCauseThatTheHostShows() {
        hostFindings = List.of(
                Finding.ok(FindingId.PORT, "free"),
                Finding.warn(FindingId.RP_FILTER, "eth0 filters strictly", "sysctl"),
                Finding.fail(FindingId.RULE_MISSING, "no rule", "iptables -I"));
        addRoutes(1);
        passSeconds(30);
        assertEquals(List.of(FindingId.RP_FILTER, FindingId.RULE_MISSING), active());
        assertEquals("no rule", finding(FindingId.RULE_MISSING).fact());
        assertEquals("eth0 filters strictly", finding(FindingId.RP_FILTER).fact());
        hostFindings = List.of();
        passSeconds(5);
        assertEquals(List.of(FindingId.QUEUE_SILENT), active());
    }

    @Test
    void shouldLookAtTheHostOnceAMinuteAndMoreOftenWhileACauseStands() {
        addRoutes(1);
        passSeconds(60);
        assertEquals(1, hostLooks);
        hostFindings = List.of(Finding.fail(FindingId.RULE_MISSING, "no rule", "iptables -I"));
        passSeconds(30);
        assertEquals(6, hostLooks);
    }

    @Test
    void shouldClearTheCauseOnceAnswersCome() {
        hostFindings = List.of(Finding.fail(FindingId.RULE_MISSING, "no rule", "iptables -I"));
        addRoutes(1);
        passSeconds(12);
        counters.increment(Counter.FORWARDED);
        passSeconds(1);
        assertEquals(List.of(), active());
    }

    @Test
    void shouldLogAFindingOnceAndThenOnceAMinute() {
        addRoutes(1);
        passSeconds(12);
        assertEquals(1, logger.lines.size());
        assertTrue(logger.lines.get(0).startsWith("WARNING [queue-silent] no packet has come "), logger.lines.get(0));
        passSeconds(50);
        assertEquals(1, logger.lines.size());
        passSeconds(60);
        assertEquals(2, logger.lines.size());
    }

    private void loseUnrouted(int packets, int port, int address) {
        for (int i = 0; i < packets; i++) {
            counters.increment(Counter.NO_ROUTE);
            unrouted.count(port, address);
        }
    }

    @Test
    void shouldNameThePortsOfResponsesWithoutRoutes() {
        passSeconds(1);
        for (int port = 1; port <= 7; port++) {
            loseUnrouted(20 - port, port, TARGET);
        }
        passSeconds(1);
        Finding finding = finding(FindingId.RESPONSES_WITHOUT_ROUTES);
        assertEquals(
                "112 of 112 answers in 10 s have no route; most often from 198.51.100.1:1, from 198.51.100.1:2,"
                        + " from 198.51.100.1:3, from 198.51.100.1:4, from 198.51.100.1:5",
                finding.fact());
        passSeconds(12);
        assertEquals(List.of(), active());
    }

    private void rules(String... rules) {
        host.command("iptables-nft-save", "*filter\n:OUTPUT ACCEPT [0:0]\n" + String.join("\n", rules));
    }

    private String remedyFor(int port) {
        loseUnrouted(20, port, TARGET);
        passSeconds(1);
        return finding(FindingId.RESPONSES_WITHOUT_ROUTES).remedy();
    }

    @Test
    void shouldNarrowARuleThatTakesThisHostsOwnConnections() {
        rules("-A OUTPUT -p tcp -j NFQUEUE --queue-num 0");
        targets.count(8080, TARGET);
        forwarded.add(8081);
        assertEquals(
                "iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num 0"
                        + " && iptables -I OUTPUT -p tcp --sport 8081 -j NFQUEUE --queue-num 0"
                        + " && iptables-nft -t filter -D OUTPUT -p tcp -j NFQUEUE --queue-num 0",
                remedyFor(3306 | CaptureSigns.DESTINATION));
        assertTrue(finding(FindingId.RESPONSES_WITHOUT_ROUTES).fact().endsWith("most often to 198.51.100.1:3306"));
    }

    @Test
    void shouldLeaveTheTestServersPortToTheUserWhereNothingIsKnownOfIt() {
        rules("-A OUTPUT -p tcp -j NFQUEUE --queue-num 0");
        assertEquals(
                "iptables -I OUTPUT -p tcp --sport PORT -j NFQUEUE --queue-num 0"
                        + " && iptables-nft -t filter -D OUTPUT -p tcp -j NFQUEUE --queue-num 0  # PORT: the test server's",
                remedyFor(22));
    }

    @Test
    void shouldChangeNoRuleForAPortThatTheRuleNames() {
        rules("-A OUTPUT -p tcp -m tcp --sport 8080 -j NFQUEUE --queue-num 0");
        assertTrue(remedyFor(8080).startsWith("restart tcpcopy  # "));
    }

    /** A client up to 0.9.0 names no target; that its answers were forwarded tells which it is. */
    @Test
    void shouldChangeNoRuleForAPortThatWasForwardedFrom() {
        rules("-A OUTPUT -p tcp -j NFQUEUE --queue-num 0");
        forwarded.add(8080);
        assertTrue(remedyFor(8080).startsWith("restart tcpcopy  # "));
    }

    @Test
    void shouldNotMindAFewAnswersThatComeLate() {
        counters.add(Counter.FORWARDED, 1000);
        loseUnrouted(20, 80, TARGET);
        passSeconds(1);
        assertEquals(List.of(), active());
    }

    private static long end(int address, int port) {
        return Integer.toUnsignedLong(address) << 16 | port;
    }

    private void park(int count, long answering, long named) {
        int nowS = SessionClock.seconds(nowNs);
        List<ParkedHeader> headers = new ArrayList<>(parked);
        for (long client = 1; client <= count; client++) {
            headers.add(new ParkedHeader(client, answering, nowS));
            targetsOfClients.put(client, named);
        }
        parked = headers;
    }

    @Test
    void shouldSeeATargetBehindAnAddressTranslation() {
        park(3, end(CONTAINER, 8080), end(TARGET, 8080));
        passSeconds(2);
        Finding finding = finding(FindingId.WRONG_TARGET);
        assertEquals(
                "3 connections that tcpcopy sent to 198.51.100.1:8080 were answered from 172.17.0.2:8080",
                finding.fact());
        assertTrue(finding.remedy().startsWith("intercept -D 172.17.0.2-198.51.100.1  # "), finding.remedy());
        passSeconds(10);
        assertEquals(List.of(), active());
    }

    @Test
    void shouldGiveTcpcopyThePortThatTheTargetAnswersFrom() {
        park(3, end(TARGET, 8080), end(TARGET, 80));
        passSeconds(2);
        assertTrue(finding(FindingId.WRONG_TARGET).remedy().startsWith("tcpcopy -x ONLINE_PORT-198.51.100.1:8080  # "));
    }

    @Test
    void shouldNotBlameAnAnswerThatIsAheadOfItsRouteOrHasNone() {
        park(10, end(TARGET, 8080), end(TARGET, 8080));
        park(20, end(CONTAINER, 8080), 0);
        passSeconds(1);
        park(2, end(CONTAINER, 8080), end(TARGET, 8080));
        passSeconds(1);
        assertEquals(List.of(), active());
    }

    @Test
    void shouldKnowTargetsByTheirPortWhereAnyAddressAnswers() {
        park(3, end(0, 8080), end(TARGET, 8080));
        passSeconds(3);
        assertEquals(List.of(), active());
    }

    @Test
    void shouldSayThatNoTcpcopyIsConnectedAndWhatToType() {
        isConnected = false;
        passSeconds(1);
        Finding finding = finding(FindingId.NO_TCPCOPY);
        assertEquals(Severity.INFO, finding.severity());
        assertEquals("no tcpcopy has connected yet", finding.fact());
        assertTrue(finding.remedy().matches("tcpcopy -x ONLINE_PORT-TARGET:PORT -s \\S+  # on the online server"));
        isConnected = true;
        passSeconds(1);
        assertEquals(List.of(), active());
    }

    @Test
    void shouldWarnOnceTheLastTcpcopyLeftAndAnswersCome() {
        targets.count(8080, TARGET);
        passSeconds(1);
        isConnected = false;
        passSeconds(11);
        assertEquals(Severity.INFO, finding(FindingId.NO_TCPCOPY).severity());
        loseUnrouted(20, 8080, TARGET);
        passSeconds(1);
        assertEquals(List.of(FindingId.NO_TCPCOPY), active());
        Finding finding = finding(FindingId.NO_TCPCOPY);
        assertEquals(Severity.WARN, finding.severity());
        assertEquals("the last tcpcopy has left; 20 answers were dropped in 10 s", finding.fact());
        assertTrue(finding.remedy().startsWith("tcpcopy -x ONLINE_PORT-198.51.100.1:8080 -s "), finding.remedy());
    }

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
    void shouldTellOfRepetitions() {
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
        assertEquals("the kernel lost 3 packets lately (nfqueue:0 queue_dropped is 3)", finding.fact());
        assertEquals("intercept --queue-maxlen=16384  # now 8192", finding.remedy());
        lose(10, 1);
        passSeconds(5);
        assertEquals(2, board.active().size());
        assertEquals(
                "the kernel lost 10 packets lately (nfqueue:0 queue_dropped is 10)",
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
    void shouldTellOfAnswersOfUnknownLengthWhileThereAreAny() {
        counters.add(Counter.UNKNOWN_LENGTH, 3);
        passSeconds(1);
        assertEquals(
                "3 answers above 64 KiB in 10 s have total length 0, and nfqueue:0 does not say how long they are",
                finding(FindingId.UNKNOWN_LENGTH).fact());
        passSeconds(11);
        assertEquals(List.of(), active());
    }
}
