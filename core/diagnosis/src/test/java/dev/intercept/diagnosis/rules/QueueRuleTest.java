package dev.intercept.diagnosis.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QueueRuleTest {

    private static final AnswerMatch ANSWERS = new AnswerMatch(Optional.of("198.51.100.1"), 8080);

    private static List<String> commands(String backend, Map<String, String> options, String... passList) {
        return QueueRule.of(backend, options, ANSWERS, List.of(passList)).orElseThrow().insertion("iptables").stream()
                .map(words -> String.join(" ", words))
                .toList();
    }

    @Test
    void shouldSendAnswersToQueueZeroUnlessAnotherIsNamed() {
        assertEquals(
                List.of("iptables -I OUTPUT 1 -p tcp -s 198.51.100.1 --sport 8080 -j NFQUEUE --queue-num 0"),
                commands("nfqueue", Map.of()));
        assertEquals(
                List.of("iptables -I OUTPUT 1 -p tcp -s 198.51.100.1 --sport 8080 -j NFQUEUE --queue-num 7"),
                commands("nfqueue", Map.of("--queue", "7")));
    }

    @Test
    void shouldSpreadAnswersOverARangeOfQueues() {
        assertEquals(
                List.of("iptables -I OUTPUT 1 -p tcp -s 198.51.100.1 --sport 8080 -j NFQUEUE --queue-balance 0:3"),
                commands("nfqueue", Map.of("--queue", "0:3")));
    }

    @Test
    void shouldUseTheManPagesRuleForIpQueue() {
        assertEquals(
                List.of("iptables -I OUTPUT 1 -p tcp -s 198.51.100.1 --sport 8080 -j QUEUE"),
                commands("ipqueue", Map.of()));
    }

    @Test
    void shouldLeaveTheVerdictToTheRulesOfNflog() {
        assertEquals(
                List.of(
                        "iptables -I OUTPUT 1 -p tcp -s 198.51.100.1 --sport 8080 -d 203.0.113.9 -j ACCEPT",
                        "iptables -I OUTPUT 2 -p tcp -s 198.51.100.1 --sport 8080 -j NFLOG --nflog-group 3"
                                + " --nflog-size 128 --nflog-threshold 64",
                        "iptables -I OUTPUT 3 -p tcp -s 198.51.100.1 --sport 8080 -j NFQUEUE --queue-num 65535"),
                commands("nflog", Map.of("--nflog-group", "3"), "203.0.113.9"));
    }

    @Test
    void shouldCopyAsMuchAsTheBackendIsAskedFor() {
        assertTrue(commands("nflog", Map.of("--copy-range", "320")).get(0).contains(" --nflog-size 320 "));
    }

    @Test
    void shouldLetThePassListPassBeforeAnyQueue() {
        assertEquals(
                List.of(
                        "iptables -I OUTPUT 1 -p tcp -s 198.51.100.1 --sport 8080 -d 203.0.113.0/24 -j ACCEPT",
                        "iptables -I OUTPUT 2 -p tcp -s 198.51.100.1 --sport 8080 -j NFQUEUE --queue-num 0"),
                commands("nfqueue", Map.of(), "203.0.113.0/24"));
        assertEquals(2, commands("ipqueue", Map.of(), "203.0.113.9").size());
        assertEquals(0, commands("pcap", Map.of(), "203.0.113.9").size());
    }

    @Test
    void shouldRefuseNumbersThatCannotBeMeant() {
        for (String queues : List.of("", "a", "-1", "65536", "3:2", "1:2:3", "0:70000")) {
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> commands("nfqueue", Map.of("--queue", queues)));
            assertEquals(
                    "--queue " + queues + ": must be a number from 0 to 65535, or a range A:B with A not above B",
                    refused.getMessage());
        }
        IllegalArgumentException range =
                assertThrows(IllegalArgumentException.class, () -> commands("nflog", Map.of("--nflog-group", "0:3")));
        assertEquals("--nflog-group 0:3: must be one number from 0 to 65535, not a range", range.getMessage());
    }

    @Test
    void shouldNeedNoRuleForPcap() {
        QueueRule rule = QueueRule.of("pcap", Map.of(), ANSWERS, List.of()).orElseThrow();
        assertEquals(List.of(), rule.specifications());
        assertFalse(rule.stopsAnswers());
        assertTrue(QueueRule.manPage(ANSWERS).stopsAnswers());
    }

    @Test
    void shouldNotInventARuleForABackendItDoesNotKnow() {
        assertEquals(Optional.empty(), QueueRule.of("carrier-pigeon", Map.of(), ANSWERS, List.of()));
    }

    @Test
    void shouldMatchEveryAddressOfTheHostWhenNoneIsNamed() {
        QueueRule rule = QueueRule.manPage(new AnswerMatch(Optional.empty(), 80));
        assertEquals(List.of(List.of("-p", "tcp", "--sport", "80", "-j", "QUEUE")), rule.specifications());
    }
}
