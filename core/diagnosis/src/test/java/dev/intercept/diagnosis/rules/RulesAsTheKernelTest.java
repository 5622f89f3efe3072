package dev.intercept.diagnosis.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.diagnosis.LocalHost;
import dev.intercept.diagnosis.rules.Rule.Action;
import dev.intercept.diagnosis.rules.RuleSet.Feed;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random rule sets, one answer of a real server through each, and the kernel's own counters: what the reading says of a rule
 * with certainty is what the kernel did. The three tools' rules lie side by side, no two chains of a hook with the same
 * priority.
 */
class RulesAsTheKernelTest {

    private static final int ROUNDS = 24;
    private static final int PORT = 8080;
    private static final int TRIES = 50;

    private static final Pattern SAVED = Pattern.compile("\\[(\\d+):\\d+] .*--comment (r\\d+).*");
    private static final Pattern LISTED = Pattern.compile(".* counter packets (\\d+) .*comment \"(r\\d+)\".*");
    private static final Pattern COMMENT = Pattern.compile("comment \"?(r\\d+)");

    /** Sees each answer before all other rules. */
    private static final String SENTINEL = """
            flush ruleset
            table ip first { chain out { type filter hook output priority -500; tcp sport 8080 counter comment "r0"; }; }
            """;

    @TempDir
    Path directory;

    private final Map<Boolean, Integer> judged = new HashMap<>();

    @Test
    void shouldSayOfARuleWhatTheKernelDoesWithIt() throws Exception {
        try (NetworkNamespace target = NetworkNamespace.withTestNetwork();
                NetworkNamespace online = new NetworkNamespace()) {
            connect(target, online);
            ServerSocket server = target.call(() -> new ServerSocket(PORT, ROUNDS));
            try {
                for (int round = 1; round <= ROUNDS; round++) {
                    String text = lay(target, new RandomRules(round));
                    request(online, round);
                    compare(target, text);
                }
            } finally {
                server.close();
            }
        }
        assertTrue(judged.get(true) > ROUNDS / 2 && judged.get(false) > ROUNDS / 2, judged.toString());
    }

    /** Requests come in from outside, so that only answers pass the rules. */
    private static void connect(NetworkNamespace target, NetworkNamespace online) throws Exception {
        // An answer that is repeated would count while the next rules are laid.
        target.exec("sysctl", "-w", "net.ipv4.tcp_synack_retries=0");
        String thread = online.call(() -> Files.readSymbolicLink(Path.of("/proc/thread-self"))
                .getFileName()
                .toString());
        target.exec("ip", "link", "add", "in0", "type", "veth", "peer", "name", "out0", "netns", thread);
        target.exec("sh", "-c", "ip address add 10.9.0.1/24 dev in0 && ip link set in0 up");
        online.exec("sh", "-c", "ip address add 10.9.0.2/24 dev out0 && ip link set out0 up");
        online.exec("ip", "route", "add", TestNetwork.TARGET, "via", "10.9.0.1");
    }

    private String lay(NetworkNamespace target, RandomRules rules) throws Exception {
        String legacy = rules.iptables(List.of("mangle"));
        String iptables = rules.iptables(List.of("raw", "filter"));
        String nft = SENTINEL + rules.nft(List.of(-310, -200, 5));
        Files.writeString(directory.resolve("nft"), nft);
        Files.writeString(directory.resolve("legacy"), legacy);
        Files.writeString(directory.resolve("iptables"), iptables);
        String all = legacy + iptables + nft;
        String load = "nft -f nft && iptables-legacy-restore legacy && iptables-nft-restore iptables";
        try {
            target.exec("sh", "-ec", "cd " + directory + " && " + load);
        } catch (IOException e) {
            throw new AssertionError(e.getMessage() + '\n' + all, e);
        }
        return all;
    }

    private static void request(NetworkNamespace online, int round) throws Exception {
        byte[] syn = new PacketBuilder()
                .from(TestNetwork.client(round), 40000)
                .to(TestNetwork.TARGET, PORT)
                .flags(PacketBuilder.SYN)
                .build();
        online.run(() -> {
            try (RawSocket raw = new RawSocket()) {
                raw.send(syn);
            }
        });
    }

    private void compare(NetworkNamespace target, String text) throws Exception {
        for (int i = 0; i < TRIES && counted(target).get("r0") == 0; i++) {
            // The answer is on its way.
        }
        Map<String, Long> counted = counted(target);
        assertTrue(counted.get("r0") > 0, "no answer came");
        Map<String, Feed> read = new HashMap<>();
        RuleSet rules = target.call(() -> RuleSet.read(new LocalHost()));
        for (Action action : Action.values()) {
            rules.feeds(action, OptionalInt.of(PORT)).forEach(feed -> comment(feed.rule())
                    .ifPresent(name -> read.merge(name, feed, (one, other) -> one.winner() == null ? one : other)));
        }
        counted.forEach((name, count) -> {
            Feed feed = read.get(name);
            // A goto is read as a call and a return, and its counter is the call's.
            if (feed != null && !feed.rule().text().matches(".* (goto|-g) u\\b.*")) {
                judge(feed, count, text);
            }
        });
    }

    private static Optional<String> comment(Rule rule) {
        Matcher comment = COMMENT.matcher(rule.text());
        return comment.find() ? Optional.of(comment.group(1)) : Optional.empty();
    }

    private void judge(Feed feed, long count, String text) {
        boolean isCertain = feed.doubt() == null && !feed.rule().isNarrower();
        if (isCertain) {
            boolean isReached = feed.winner() == null;
            assertEquals(
                    isReached,
                    count > 0,
                    () -> "[" + feed.rule().text() + "] counted " + count + ", before it "
                            + (isReached ? "nothing" : "[" + feed.winner().text() + "]") + " in\n" + text);
            judged.merge(isReached, 1, Integer::sum);
        }
    }

    /** Packets by the rules' comments, as each tool counted them. */
    private static Map<String, Long> counted(NetworkNamespace target) throws Exception {
        Map<String, Long> counts = new HashMap<>();
        String all = target.exec(
                "sh", "-c", "iptables-legacy-save -c; iptables-nft-save -c; nft list ruleset | grep -v /\\\\*");
        for (String line : all.split("\n")) {
            for (Pattern pattern : List.of(SAVED, LISTED)) {
                Matcher rule = pattern.matcher(line);
                if (rule.matches()) {
                    counts.put(rule.group(2), Long.valueOf(rule.group(1)));
                }
            }
        }
        return counts;
    }
}
