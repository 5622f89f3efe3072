package dev.intercept.diagnosis.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.TextHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * No remedy lets an answer leave that a rule stops for intercept, not for a moment between two of its commands. Remedies that
 * change rules come from the rules' findings and from {@link AnswerRules} alone, which a scan of the sources makes sure of;
 * both are tried on seeded chains, after each of their commands.
 */
class RemediesStopAnswersTest {

    private static final int CHAINS = 2_000;
    private static final int PORT = 8080;
    private static final int OTHER_PORT = 22;

    private static final List<String> MATCHES = List.of(
            "-p tcp -m tcp --sport 8080",
            "-p tcp -m multiport --sports 8080,9000",
            "-p tcp -m tcp --sport 8000:8100",
            "-p tcp",
            "-o eth0 -p tcp",
            "-p tcp -m tcp --sport 22",
            "-p tcp -m tcp --dport 8080");

    private static final List<String> TARGETS = List.of(
            "-j NFQUEUE --queue-num 0",
            "-j NFQUEUE --queue-num 0 --queue-bypass",
            "-j NFQUEUE --queue-num 3",
            "-j NFQUEUE --queue-balance 0:1",
            "-j NFQUEUE --queue-num 65535",
            "-j NFLOG --nflog-group 0",
            "-j QUEUE",
            "-j ACCEPT",
            "-j DROP");

    private final Random random = new Random(16);

    private static <T> T any(Random random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private OutputChain chain() {
        return new OutputChain(IntStream.range(0, 1 + random.nextInt(3))
                .mapToObj(i -> any(random, MATCHES) + " " + any(random, TARGETS))
                .toList());
    }

    private static TextHost host(OutputChain chain) {
        return new TextHost()
                .command("iptables -V", "iptables v1.8.9 (legacy)")
                .command("iptables-save", chain.saved());
    }

    /** @return whether the remedy changed the chain */
    private static boolean runSafely(String remedy, OutputChain chain, int port, int typedPort) {
        String before = chain.saved();
        boolean wasStopped = !chain.lets(port);
        for (String command :
                remedy.replace("PORT", Integer.toString(typedPort)).split(" && ")) {
            chain.run(command);
            assertFalse(
                    wasStopped && chain.lets(port),
                    () -> "answers from " + port + " leave after [" + command + "] of [" + remedy + "] in\n" + before);
        }
        return !chain.saved().equals(before);
    }

    @Test
    void shouldStopAnswersAfterEachCommandOfTheRulesFindings() {
        int changes = 0;
        for (int i = 0; i < CHAINS; i++) {
            OutputChain chain = chain();
            String backend = any(random, List.of("nfqueue", "nflog", "ipqueue"));
            CheckScope scope = Scopes.of(backend)
                    .withTargetPort(random.nextBoolean() ? OptionalInt.of(PORT) : OptionalInt.empty());
            for (Finding finding : new RulesArea().look(host(chain), scope)) {
                OutputChain copy = chain.copy();
                changes += runSafely(finding.remedy(), copy, PORT, PORT) ? 1 : 0;
            }
        }
        assertTrue(changes > CHAINS / 10, "only " + changes + " remedies changed a chain");
    }

    @Test
    void shouldStopAnswersOfEveryKnownPortWhileRulesAreNarrowed() {
        int changes = 0;
        for (int i = 0; i < CHAINS; i++) {
            OutputChain chain = chain();
            CheckScope scope = Scopes.of(any(random, List.of("nfqueue", "nflog", "ipqueue", "pcap")));
            AnswerRules rules = AnswerRules.read(host(chain), scope);
            SortedSet<Integer> known = random.nextBoolean() ? new TreeSet<>(List.of(PORT, 9000)) : new TreeSet<>();
            String remedy = rules.narrowedTo(known);
            int protectedPort = known.isEmpty() ? PORT : any(random, new ArrayList<>(known));
            changes += runSafely(remedy, chain, protectedPort, PORT) ? 1 : 0;
        }
        assertTrue(changes > CHAINS / 10, "only " + changes + " remedies changed a chain");
    }

    private NftChain nftChain() {
        NftChain chain = new NftChain();
        List<String> matches = NftChain.MATCHES.keySet().stream().sorted().toList();
        List<String> statements = NftChain.STATEMENTS.keySet().stream().sorted().toList();
        for (int i = random.nextInt(3); i >= 0; i--) {
            chain.add(any(random, matches), any(random, statements));
        }
        return chain;
    }

    /** @return whether the remedy changed the chain */
    private static boolean runSafely(String remedy, NftChain chain, int port) {
        String before = chain.toString();
        boolean wasStopped = !chain.lets(port);
        for (String command : remedy.replace("PORT", Integer.toString(port)).split(" && ")) {
            chain.run(command);
            assertFalse(
                    wasStopped && chain.lets(port),
                    () -> "answers from " + port + " leave after [" + command + "] of [" + remedy + "] in " + before);
        }
        return !chain.toString().equals(before);
    }

    @Test
    void shouldStopAnswersAfterEachCommandOfNft() {
        int changes = 0;
        for (int i = 0; i < CHAINS; i++) {
            String backend = any(random, List.of("nfqueue", "nflog"));
            CheckScope scope = Scopes.of(backend)
                    .withTargetPort(random.nextBoolean() ? OptionalInt.of(PORT) : OptionalInt.empty());
            NftChain chain = nftChain();
            TextHost host = chain.host();
            List<Finding> findings = new RulesArea().look(host, scope);
            String remedy = findings.get(random.nextInt(findings.size())).remedy();
            boolean isNarrowing = random.nextInt(4) == 0;
            changes += runSafely(
                            isNarrowing
                                    ? AnswerRules.read(host, scope).narrowedTo(new TreeSet<>(List.of(PORT)))
                                    : remedy,
                            chain,
                            PORT)
                    ? 1
                    : 0;
        }
        assertTrue(changes > CHAINS / 10, "only " + changes + " remedies changed a chain");
    }

    /** A port that a rule has is no foreign port, whichever it is. */
    @Test
    void shouldTakeThePortOfARuleForTheTestServers() {
        OutputChain chain = new OutputChain(List.of("-p tcp -m tcp --sport 22 -j NFQUEUE --queue-num 0"));
        AnswerRules rules = AnswerRules.read(host(chain), Scopes.of("nfqueue"));
        assertTrue(rules.name(OTHER_PORT));
        assertFalse(rules.name(PORT));
        assertFalse(runSafely(rules.narrowedTo(new TreeSet<>()), chain, OTHER_PORT, PORT));
    }

    /**
     * Words that let packets pass or take a rule out, of the diagnosis and of the backends, whose losses have remedies of their
     * own: only the rules' readers and writers have them, whose remedies are tried above.
     */
    @Test
    void shouldHaveNoOtherTextThatLetsPacketsPass() throws IOException {
        List<String> words = List.of(
                "-j ACCEPT",
                "\"ACCEPT\"",
                "-P OUTPUT",
                "iptables -F",
                "iptables -D",
                "-D OUTPUT",
                "flush ",
                " accept\"",
                "bypass to",
                "--queue-bypass\"",
                "\"intercept rules --backend=ebpf --remove",
                "delete rule",
                "delete table");
        Set<String> files = new TreeSet<>();
        for (Path source : sources()) {
            String text = Files.readString(source);
            if (words.stream().anyMatch(text::contains)) {
                files.add(source.getFileName().toString());
            }
        }
        assertEquals(
                Set.of(
                        "NftRuleReader.java",
                        "NftTable.java",
                        "QueueRule.java",
                        "Rule.java",
                        "SavedRuleWords.java",
                        "SavedRules.java"),
                files);
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : List.of(
                ".", "../../backend-ipqueue", "../../backend-nfqueue", "../../backend-pcap", "../../backend-ebpf")) {
            try (Stream<Path> files = Files.walk(Path.of(module, "src/main/java"))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        return sources;
    }
}
