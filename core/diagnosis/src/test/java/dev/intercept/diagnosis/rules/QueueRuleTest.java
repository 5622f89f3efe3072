package dev.intercept.diagnosis.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QueueRuleTest {

    private static final AnswerMatch ANSWERS = new AnswerMatch(Optional.of("198.51.100.1"), 8080);

    private static List<String> commands(String backend, Map<String, String> options, String... passList) {
        return new Iptables("iptables").commands(BackendRules.of(backend, options, ANSWERS, passList));
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
    }

    @Test
    void shouldMatchEveryAddressOfTheHostWhenNoneIsNamed() {
        QueueRule rule = QueueRule.manPage(new AnswerMatch(Optional.empty(), 80));
        assertEquals(List.of(List.of("-p", "tcp", "--sport", "80", "-j", "QUEUE")), rule.specifications());
    }

    @Test
    void shouldSayTheSameInTheWordsOfNft() {
        assertEquals(
                List.of(
                        "ip saddr 198.51.100.1 tcp sport 8080 ip daddr 203.0.113.9 accept",
                        "ip saddr 198.51.100.1 tcp sport 8080 log group 3 snaplen 128 queue-threshold 64 queue num 65535"),
                BackendRules.of("nflog", Map.of("--nflog-group", "3"), ANSWERS, "203.0.113.9")
                        .nft());
        assertEquals(
                List.of("tcp sport 80 queue num 0-3"),
                BackendRules.of("nfqueue", Map.of("--queue", "0:3"), new AnswerMatch(Optional.empty(), 80))
                        .nft());
    }
}
