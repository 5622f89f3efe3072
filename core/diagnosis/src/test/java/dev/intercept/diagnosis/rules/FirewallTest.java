package dev.intercept.diagnosis.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.NetworkNamespace;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class FirewallTest {

    private static final AnswerMatch ANSWERS = new AnswerMatch(Optional.of("198.51.100.1"), 8080);
    private static final QueueRule NFQUEUE = BackendRules.of("nfqueue", Map.of(), ANSWERS);

    @Test
    void shouldInsertTheRuleForReal() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            List<String> done = namespace.call(() -> new Firewall().insert(List.of(NFQUEUE)));
            assertEquals(1, done.size());
            String tool = done.get(0).split(" ")[0];
            assertTrue(Firewall.TOOLS.contains(tool), tool);
            String rules = namespace.exec(tool, "-S", "OUTPUT");
            assertTrue(rules.contains("--sport 8080 -j NFQUEUE --queue-num 0"), rules);
        }
    }

    @Test
    void shouldFindTheToolThatKnowsTheManPagesRule() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            List<String> done =
                    namespace.call(() -> new Firewall().insert(List.of(QueueRule.manPage(ANSWERS), NFQUEUE)));
            assertEquals(1, done.size());
            assertTrue(done.get(0).endsWith("-j QUEUE") || done.get(0).endsWith("--queue-num 0"), done.get(0));
        }
    }

    private static QueueRule nflog(String... passList) {
        return BackendRules.of("nflog", Map.of(), ANSWERS, passList);
    }

    /** The rules of the chain without what is the same in all. */
    private static List<String> chain(NetworkNamespace namespace) throws Exception {
        return namespace
                .exec("iptables", "-S", "OUTPUT")
                .lines()
                .filter(line -> line.startsWith("-A "))
                .map(line -> line.replaceAll("-A OUTPUT |-s 198.51.100.1/32 |-p tcp -m tcp --sport 8080 ", ""))
                .toList();
    }

    @Test
    void shouldInstallOnceHoweverOftenItIsAsked() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            assertEquals(
                    3,
                    namespace
                            .call(() -> new Firewall().install(nflog("203.0.113.9")))
                            .size());
            List<String> before = chain(namespace);
            assertEquals(List.of(), namespace.call(() -> new Firewall().install(nflog("203.0.113.9"))));
            assertEquals(before, chain(namespace));
            assertEquals(3, before.size());
        }
    }

    @Test
    void shouldPutRulesThatArePartlyThereInOrder() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            namespace.call(() -> new Firewall().install(nflog()));
            namespace.exec("iptables", "-D", "OUTPUT", "1");
            List<String> done = namespace.call(() -> new Firewall().install(nflog("203.0.113.9")));
            assertEquals("iptables -D OUTPUT 4", done.get(done.size() - 1));
            assertEquals(
                    List.of(
                            "-d 203.0.113.9/32 -j ACCEPT",
                            "-j NFLOG --nflog-size 128 --nflog-threshold 64",
                            "-j NFQUEUE --queue-num 65535"),
                    chain(namespace));
        }
    }

    @Test
    void shouldRemoveWhatItInstalledAndNothingElse() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            namespace.exec("iptables", "-A", "OUTPUT", "-d", "203.0.113.77", "-j", "ACCEPT");
            List<String> before = chain(namespace);
            namespace.call(() -> new Firewall().install(nflog("203.0.113.9")));
            assertEquals(
                    3,
                    namespace
                            .call(() -> new Firewall().remove(nflog("203.0.113.9")))
                            .size());
            assertEquals(before, chain(namespace));
            assertEquals(List.of(), namespace.call(() -> new Firewall().remove(nflog("203.0.113.9"))));
        }
    }

    @Test
    void shouldFindTheManPagesRuleAgainWhicheverToolTookIt() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            QueueRule manPage = QueueRule.manPage(ANSWERS);
            String inserted =
                    namespace.call(() -> new Firewall().install(manPage)).get(0);
            assertEquals(List.of(), namespace.call(() -> new Firewall().install(manPage)));
            String removed =
                    namespace.call(() -> new Firewall().remove(manPage)).get(0);
            assertEquals(inserted.replace("-I OUTPUT 1", "-D OUTPUT"), removed);
            assertEquals(inserted, new Firewall().commands(manPage).get(0));
        }
    }

    @Test
    void shouldNotTakeWhatItMayNotReadForNothing() {
        FirewallException e = assertThrows(
                FirewallException.class, () -> Firewall.with("no-such-tool").remove(NFQUEUE));
        assertTrue(e.isForWantOfTools(), e.getMessage());
        assertFalse(e.isForPrivilege(), e.getMessage());
    }

    @Test
    void shouldSayWhatEachToolAnsweredWhenNoneTakesTheRule() {
        IOException e = assertThrows(
                IOException.class, () -> Firewall.with("no-such-tool", "false").insert(List.of(NFQUEUE)));
        assertEquals(
                List.of(
                        "no firewall tool took the rule:",
                        "  Cannot run program no-such-tool",
                        "  false -I OUTPUT 1 -p tcp -s 198.51.100.1 --sport 8080 -j NFQUEUE --queue-num 0"
                                + " ended with exit code 1:"),
                e.getMessage().lines().toList());
    }

    @Test
    void shouldLeaveNothingBehindWhenOneOfSeveralRulesIsRefused() throws Exception {
        QueueRule half = new QueueRule(
                List.of(
                        List.of("-p", "tcp", "--sport", "8080", "-j", "DROP"),
                        List.of("-p", "tcp", "-j", "NO_SUCH_TARGET")),
                List.of("tcp sport 8080 drop", "no such words"));
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            assertThrows(IOException.class, () -> namespace.call(() -> new Firewall().insert(List.of(half))));
            String rules = namespace.exec(Firewall.TOOLS.get(0), "-S", "OUTPUT");
            assertFalse(rules.contains("8080"), rules);
        }
    }

    /** Words that every kernel with nf_tables takes: not all of them have its queue statement. */
    private static QueueRule logs(String... groups) {
        return new QueueRule(
                List.of(List.of("-p", "tcp", "-j", "ACCEPT")),
                Arrays.stream(groups)
                        .map(group -> "tcp sport 8080 log group " + group)
                        .toList());
    }

    private static String table(NetworkNamespace namespace) throws Exception {
        return namespace.exec("nft", "list", "ruleset").replaceAll("\\s+", " ").strip();
    }

    @Test
    void shouldKeepATableOfItsOwnWithNft() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            List<String> done = namespace.call(() -> Firewall.with("nft").install(logs("3", "4")));
            assertEquals(Firewall.with("nft").commands(logs("3", "4")), done);
            assertEquals(
                    "table ip intercept { chain output { type filter hook output priority -20; policy accept;"
                            + " tcp sport 8080 log group 3 comment \"tcp sport 8080 log group 3\""
                            + " tcp sport 8080 log group 4 comment \"tcp sport 8080 log group 4\" } }",
                    table(namespace));
            assertEquals(List.of(), namespace.call(() -> Firewall.with("nft").install(logs("3", "4"))));
            namespace.call(() -> Firewall.with("nft").install(logs("5", "4")));
            assertEquals(
                    List.of("5", "4", "3"),
                    Pattern.compile("group (\\d) comment")
                            .matcher(table(namespace))
                            .results()
                            .map(each -> each.group(1))
                            .toList());
            namespace.call(() -> Firewall.with("nft").remove(logs("5", "4")));
            assertTrue(table(namespace).contains("group 3"), table(namespace));
            assertEquals(List.of("nft 'delete table ip intercept'"), namespace.call(() -> Firewall.with("nft")
                    .remove(logs("3"))));
            assertEquals("", table(namespace));
            assertEquals(List.of(), namespace.call(() -> Firewall.with("nft").remove(logs("3"))));
        }
    }

    /** The shell is given what is shown, and does the same. */
    @Test
    void shouldShowACommandOfNftThatCanBeTyped() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            namespace.exec("sh", "-c", Firewall.with("nft").commands(logs("3")).get(0));
            assertEquals(List.of(), namespace.call(() -> Firewall.with("nft").install(logs("3"))));
        }
    }

    @Test
    void shouldLeaveNothingBehindWhereTheKernelRefusesARuleOfNft() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            QueueRule bad = new QueueRule(List.of(List.of("x")), List.of("tcp sport 80 log group 3", "no such words"));
            assertThrows(
                    FirewallException.class,
                    () -> namespace.call(() -> Firewall.with("nft").install(bad)));
            assertEquals("", table(namespace));
        }
    }

    /** iptables-legacy makes a table by asking for it, and the next iptables-nft warns of it for good. */
    @Test
    void shouldMakeNoTableOfTheOldKindWhereTheNewOneTakesTheRule() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            namespace.call(
                    () -> Firewall.with("iptables-nft", "iptables-legacy").install(NFQUEUE));
            namespace.call(
                    () -> Firewall.with("iptables-nft", "iptables-legacy").remove(NFQUEUE));
            namespace.call(
                    () -> Firewall.with("iptables-nft", "iptables-legacy").remove(NFQUEUE));
            assertEquals("", namespace.exec("cat", "/proc/thread-self/net/ip_tables_names"));
        }
    }
}
