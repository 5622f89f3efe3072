package dev.intercept.diagnosis.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.InterceptConfig;
import dev.intercept.capture.CaptureSigns;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.Severity;
import dev.intercept.session.ParkedHeader;
import dev.intercept.session.SessionClock;
import dev.intercept.stats.Counter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Signs that answers, routes or tcpcopy stay away, and that they go to a wrong place. */
class WatchTest extends WatchScene {

    @Test
    void shouldSayNothingOfAServerWithoutClients() {
        passSeconds(100);
        assertEquals(List.of(), logger.lines);
        assertEquals(0, hostLooks);
    }

    @Test
    void shouldReportRoutesWithoutResponsesAfterTenSeconds() {
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

    /** A client up to 0.9.0 names no target; that its answers were forwarded shows which it is. */
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
        assertTrue(
                finding.remedy().matches("tcpcopy -x ONLINE_PORT-TARGET:PORT -s \\S+ -p 41234  # on the online server"),
                finding.remedy());
        isConnected = true;
        passSeconds(1);
        assertEquals(List.of(), active());
    }

    @Test
    void shouldNameThePortOfTheTestServerThatAnOptionNames() {
        config = InterceptConfig.builder()
                .backendOptions(Map.of("--target-ports", "8443,9000"))
                .build();
        isConnected = false;
        passSeconds(1);
        assertTrue(finding(FindingId.NO_TCPCOPY).remedy().startsWith("tcpcopy -x ONLINE_PORT-TARGET:8443 -s "));
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
    void shouldNameWhoTookHowManySessionsFromWhomAndHowToForbidIt() {
        addRoutes(10_000);
        counters.add(Counter.FORWARDED, 10_000);
        passSeconds(1);
        takeOver(50, "192.0.2.9", "192.0.2.5");
        takeOver(2, "192.0.2.8", "192.0.2.5");
        passSeconds(1);
        Finding stolen = finding(FindingId.SESSIONS_STOLEN);
        assertEquals(
                "52 sessions were taken over in 10 s: 192.0.2.9 added 50 that 192.0.2.5 had, 192.0.2.8 added 2 that"
                        + " 192.0.2.5 had",
                stolen.fact());
        assertTrue(stolen.remedy().startsWith("intercept --allow=192.0.2.5  # "), stolen.remedy());
        assertEquals(
                1, active().stream().filter(FindingId.SESSIONS_STOLEN::equals).count());

        passSeconds(70);
        assertTrue(!active().contains(FindingId.SESSIONS_STOLEN));
        takeOver(3, "192.0.2.8", "192.0.2.5");
        passSeconds(1);
        assertEquals(
                "3 sessions were taken over in 10 s: 192.0.2.8 added 3 that 192.0.2.5 had",
                finding(FindingId.SESSIONS_STOLEN).fact());
    }

    @Test
    void shouldTakeTwoSessionsThatWentOverForChance() {
        addRoutes(100);
        counters.add(Counter.FORWARDED, 100);
        passSeconds(1);
        takeOver(2, "192.0.2.9", "192.0.2.5");
        passSeconds(1);
        assertEquals(List.of(), active());
    }
}
