package dev.intercept.endtoend;

import static dev.intercept.diagnosis.FindingId.*;
import static dev.intercept.endtoend.TruthScene.PORT;
import static dev.intercept.endtoend.TruthScene.RULE;
import static dev.intercept.endtoend.TruthScene.nfqueue;
import static dev.intercept.kit.PacketBuilder.ACK;
import static dev.intercept.kit.PacketBuilder.PSH;
import static dev.intercept.kit.PacketBuilder.RST;
import static dev.intercept.kit.PacketBuilder.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.InterceptConfig;
import dev.intercept.cli.StartOptions;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What intercept says of each state of the world, and that it says nothing else: every state is made for real in a namespace of
 * its own, and after ten of intercept's seconds exactly the findings of its row stand. Then the remedy is typed as it is
 * printed, traffic goes on, no answer gets to the clients' side, and exactly the findings behind the arrow stand.
 */
class TruthTableTest {

    private static final int LOOKS = 12;

    /** From here on clients that no tcpcopy copies. */
    private static final int FAR_CLIENT = 50_000;

    private static final int SECOND_CLIENT = 100_000;

    private static final Map<String, String> TABLE = new TreeMap<>();

    /** States that the table lacks, and why. */
    private static final Map<String, String> ELSEWHERE = new TreeMap<>(Map.of(
            "BIG TCP through a log group", "BigTcpFaultTest: a target has to send megabytes",
            "ip_queue", "IpQueueIT: kernels up to 3.4 have it, none that runs this has",
            "DROP behind a log group", "HostCheckNamespaceTest: the kernel refuses to send what a DROP takes",
            "the log is stuck", "the tests of the log: no answer waits for it, so that nothing is to be found"));

    /** Makes a state; the scene's traffic goes on through {@link Row#traffic}. */
    @FunctionalInterface
    interface Step {
        void in(TruthScene scene) throws Exception;
    }

    /**
     * @param made what makes the state, intercept's start included
     * @param traffic of each second
     * @param said the findings that stand
     * @param mended applies the remedy of the first of them; null where nothing is to be mended
     * @param then traffic of each second after the remedy
     * @param left the findings that stand then
     * @param escapes whether answers leave before the remedy, because nothing stops them
     */
    record Row(
            String name,
            Step made,
            Step traffic,
            Set<FindingId> said,
            Step mended,
            Step then,
            Set<FindingId> left,
            boolean escapes) {

        /** The finding's place in docs/troubleshooting.md; what is well comes first. */
        int place() {
            return said.stream().mapToInt(FindingId::ordinal).min().orElse(-1);
        }

        Row mendedBy(Step step, Step traffic) {
            return new Row(name, made, this.traffic, said, step, traffic, left, escapes);
        }

        Row whileAnswersEscape() {
            return new Row(name, made, traffic, said, mended, then, left, true);
        }
    }

    private static Row row(String name, Step made, Step traffic, FindingId... said) {
        return new Row(name, made, traffic, set(said), null, null, set(), false);
    }

    private static Set<FindingId> set(FindingId... ids) {
        Set<FindingId> set = EnumSet.noneOf(FindingId.class);
        set.addAll(Arrays.asList(ids));
        return set;
    }

    /** All findings that some row expects. */
    static Set<String> findings() {
        return rows().stream()
                .flatMap(row -> row.said.stream())
                .map(FindingId::label)
                .collect(Collectors.toSet());
    }

    // Steps that several rows have.

    private static final Step BUSY = TruthScene::busySecond;

    private static void ruled(TruthScene scene) throws Exception {
        scene.sh(RULE);
        scene.startWithTcpcopy(nfqueue());
    }

    private static void unruled(TruthScene scene) throws Exception {
        scene.startWithTcpcopy(nfqueue());
    }

    /** Types the remedy of the finding that stands. */
    private static void typed(TruthScene scene) throws Exception {
        scene.sh(remedy(scene).replace("PORT", Integer.toString(PORT)));
    }

    private static String remedy(TruthScene scene) {
        return scene.finding(scene.findings().iterator().next()).remedy();
    }

    private static void restartedAsTold(TruthScene scene) throws Exception {
        InterceptConfig told = StartOptions.of(remedy(scene));
        scene.stop();
        scene.start(told);
        scene.tcpcopy = scene.connect(TestNetwork.TARGET);
    }

    /** What a remedy asks of a person on another host. */
    private static void tcpcopyRestarted(TruthScene scene) throws Exception {
        scene.restartTcpcopy();
    }

    private static void nothing(TruthScene scene) {
        // Time passes.
    }

    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        rows.addAll(healthy());
        rows.addAll(ofRules());
        rows.addAll(ofTargets());
        rows.addAll(ofSessions());
        rows.addAll(ofLosses());
        rows.sort(Comparator.comparingInt(Row::place));
        return rows;
    }

    private static List<Row> healthy() {
        List<Row> rows = new ArrayList<>();
        rows.add(row("healthy, nfqueue", TruthTableTest::ruled, BUSY));
        rows.add(row("healthy, nflog", TruthTableTest::nflog, BUSY));
        rows.add(
                row("healthy, pcap on an assistant", scene -> assistant(scene, 0), TruthScene::answerThroughAssistant));
        rows.add(row(
                "healthy, a tcpcopy of each generation",
                scene -> {
                    ruled(scene);
                    for (Generation generation : Generation.all()) {
                        scene.others.add(scene.connect(TunnelFormat.of(generation, ProtocolOptions.DEFAULTS)));
                    }
                },
                scene -> {
                    for (TunnelClient each : scene.others) {
                        int client = scene.newClient();
                        scene.add(each, client, TestNetwork.TARGET, PORT);
                        scene.answerWhole(client);
                    }
                }));
        rows.add(row("idle, tcpcopy is connected", TruthTableTest::ruled, TruthTableTest::nothing));
        rows.add(row("clients reuse their ports at once", TruthTableTest::ruled, scene -> {
            for (int client = 1; client <= 5; client++) {
                scene.replay(client);
            }
        }));
        rows.add(row("clients end by reset and reuse their ports", TruthTableTest::ruled, scene -> {
            for (int client = 1; client <= 5; client++) {
                scene.add(client);
                scene.answer(client, SYN | ACK);
                scene.answer(client, ACK | PSH, (byte) 'x');
            }
        }));
        rows.add(row("tcpcopy restarts under live sessions", TruthTableTest::ruled, scene -> {
            scene.restartTcpcopy();
            for (int client = 1; client <= 5; client++) {
                scene.add(client);
                scene.answer(client, ACK | PSH, (byte) 'x');
            }
        }));
        rows.add(row(
                        "no tcpcopy has connected",
                        scene -> {
                            scene.sh(RULE);
                            scene.start(nfqueue().build());
                        },
                        TruthTableTest::nothing,
                        NO_TCPCOPY)
                .mendedBy(scene -> scene.tcpcopy = scene.connect(TestNetwork.TARGET), BUSY));
        rows.add(row(
                        "the last tcpcopy left, answers come",
                        scene -> {
                            ruled(scene);
                            scene.busySecond();
                            scene.tcpcopy.close();
                        },
                        scene -> answers(scene, 12),
                        NO_TCPCOPY)
                .mendedBy(scene -> scene.tcpcopy = scene.connect(TestNetwork.TARGET), BUSY));
        return rows;
    }

    private static void nflog(TruthScene scene) throws Exception {
        scene.sh("iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num 65535");
        scene.sh(
                "iptables -I OUTPUT -p tcp --sport 8080 -j NFLOG --nflog-group 0 --nflog-size 128 --nflog-threshold 64");
        scene.startWithTcpcopy(InterceptConfig.builder().backendName("nflog"));
    }

    /** The answers come in by in0 from the target, which routes them to here. */
    private static void assistant(TruthScene scene, int forward) throws Exception {
        scene.connectNeighbour();
        scene.sh("sysctl -w net.ipv4.ip_forward=" + forward);
        scene.start(InterceptConfig.builder()
                .backendName("pcap")
                .backendOptions(Map.of("--interface", "in0", "--filter", "tcp and src port 8080"))
                .build());
        scene.tcpcopy = scene.connect(TestNetwork.TARGET);
    }

    private static void answers(TruthScene scene, int count) throws Exception {
        for (int client = 1; client <= count; client++) {
            scene.answer(client, ACK | PSH, (byte) 'x');
        }
    }

    private static List<Row> ofRules() {
        return List.of(
                row("no rule", TruthTableTest::unruled, BUSY, RULE_MISSING)
                        .mendedBy(TruthTableTest::typed, BUSY)
                        .whileAnswersEscape(),
                row(
                                "a rule for another port",
                                scene -> {
                                    scene.sh(RULE.replace("8080", "80"));
                                    unruled(scene);
                                },
                                BUSY,
                                RULE_MISSING)
                        .mendedBy(TruthTableTest::typed, BUSY)
                        .whileAnswersEscape(),
                row(
                                "the rule goes while intercept runs",
                                scene -> {
                                    ruled(scene);
                                    scene.seconds(3, scene::busySecond);
                                    scene.sh("iptables -F OUTPUT");
                                },
                                BUSY,
                                RULE_MISSING)
                        .mendedBy(TruthTableTest::typed, BUSY)
                        .whileAnswersEscape(),
                row(
                                "the rule names another queue",
                                scene -> {
                                    scene.sh(RULE.replace("num 0", "num 3"));
                                    unruled(scene);
                                },
                                BUSY,
                                RULE_WRONG_QUEUE)
                        .mendedBy(TruthTableTest::typed, BUSY),
                row(
                                "an ACCEPT comes before the rule",
                                scene -> {
                                    ruled(scene);
                                    scene.sh("iptables -I OUTPUT -p tcp -j ACCEPT");
                                },
                                BUSY,
                                RULE_AFTER_ACCEPT)
                        .mendedBy(TruthTableTest::typed, BUSY)
                        .whileAnswersEscape(),
                row(
                                "the rule takes another service too",
                                TruthTableTest::ruledWidely,
                                TruthTableTest::withSsh,
                                RESPONSES_WITHOUT_ROUTES)
                        .mendedBy(TruthTableTest::typed, TruthTableTest::withSsh),
                row(
                                "the rule takes all, tcpcopy names no target",
                                scene -> {
                                    scene.sh("iptables -I OUTPUT -o target0 -p tcp -j NFQUEUE --queue-num 0");
                                    scene.start(nfqueue().build());
                                    scene.tcpcopy =
                                            scene.connect(TunnelFormat.of(Generation.V0_9, ProtocolOptions.DEFAULTS));
                                },
                                TruthTableTest::withSsh,
                                RESPONSES_WITHOUT_ROUTES)
                        .mendedBy(TruthTableTest::typed, TruthTableTest::withSsh));
    }

    private static void ruledWidely(TruthScene scene) throws Exception {
        scene.sh("iptables -I OUTPUT -o target0 -p tcp -j NFQUEUE --queue-num 0");
        unruled(scene);
    }

    private static void withSsh(TruthScene scene) throws Exception {
        scene.busySecond();
        for (int client = 1; client <= 12; client++) {
            scene.answerFrom(TestNetwork.TARGET, 22, FAR_CLIENT + client, ACK);
        }
    }

    private static List<Row> ofTargets() {
        return List.of(
                row(
                                "the assistant forwards",
                                scene -> assistant(scene, 1),
                                TruthScene::beginAgainThroughAssistant,
                                IP_FORWARD)
                        .mendedBy(TruthTableTest::typed, TruthScene::answerThroughAssistant)
                        .whileAnswersEscape(),
                row(
                                "copied packets are lost on their way",
                                TruthTableTest::ruled,
                                TruthTableTest::addedOnly,
                                QUEUE_SILENT)
                        .mendedBy(TruthTableTest::nothing, BUSY),
                row(
                                "copied packets are lost after a while",
                                scene -> {
                                    ruled(scene);
                                    scene.seconds(2, scene::busySecond);
                                },
                                TruthTableTest::addedOnly,
                                ROUTES_WITHOUT_RESPONSES)
                        .mendedBy(TruthTableTest::nothing, BUSY),
                row(
                                "no route to the client",
                                scene -> {
                                    ruled(scene);
                                    scene.sh("ip route del " + TestNetwork.CLIENTS);
                                    scene.listen(TestNetwork.TARGET, PORT);
                                },
                                scene -> requested(scene, scene.newPortOfOneClient(), TestNetwork.TARGET, PORT),
                                CLIENT_ROUTE)
                        .mendedBy(
                                TruthTableTest::typed,
                                scene -> requested(scene, scene.newPortOfOneClient(), TestNetwork.TARGET, PORT)),
                row(
                                "strict reverse path filter where copied packets come in",
                                scene -> {
                                    scene.sh(RULE);
                                    scene.start(nfqueue().build());
                                    scene.connectNeighbour();
                                    scene.tcpcopy = scene.connectFromNeighbour();
                                    scene.listen(TestNetwork.TARGET, PORT);
                                    scene.sh("sysctl -w net.ipv4.conf.in0.rp_filter=1");
                                },
                                TruthScene::requestFromNeighbour,
                                RP_FILTER)
                        .mendedBy(TruthTableTest::typed, TruthScene::requestFromNeighbour),
                row(
                                "tcpcopy's -x has a wrong port",
                                scene -> {
                                    ruled(scene);
                                    scene.listen(TestNetwork.TARGET, PORT);
                                },
                                scene -> requested(scene, scene.newClient(), TestNetwork.TARGET, 8899),
                                WRONG_TARGET)
                        .mendedBy(TruthTableTest::tcpcopyRestarted, BUSY),
                row(
                                "tcpcopy's -x has a wrong address",
                                TruthTableTest::ruled,
                                TruthTableTest::answeredForAnotherAddress,
                                WRONG_TARGET)
                        .mendedBy(TruthTableTest::restartedAsTold, TruthTableTest::answeredForAnotherAddress),
                row(
                                "the target is in a container",
                                scene -> {
                                    ruled(scene);
                                    scene.sh("ip address add 172.17.0.2/32 dev target0");
                                    scene.sh("iptables -t nat -A OUTPUT -p tcp -d 198.51.100.1 --dport 8080"
                                            + " -j DNAT --to-destination 172.17.0.2");
                                    scene.listen("172.17.0.2", PORT);
                                },
                                scene -> requested(scene, scene.newClient(), TestNetwork.TARGET, PORT),
                                WRONG_TARGET)
                        .mendedBy(
                                TruthTableTest::restartedAsTold,
                                scene -> requested(scene, scene.newClient(), TestNetwork.TARGET, PORT)),
                row(
                                "the test server is down",
                                TruthTableTest::ruled,
                                scene -> {
                                    for (int client = 1; client <= 5; client++) {
                                        requested(scene, client, TestNetwork.TARGET, PORT);
                                    }
                                },
                                TARGET_REFUSES)
                        .mendedBy(
                                scene -> {
                                    scene.listen(TestNetwork.TARGET, PORT);
                                    typed(scene);
                                },
                                scene -> requested(scene, scene.newClient(), TestNetwork.TARGET, PORT)));
    }

    private static void addedOnly(TruthScene scene) throws Exception {
        scene.add(scene.newClient());
    }

    /** A copied connection as far as its SYN/ACK, then ended by the client, so that the target repeats nothing. */
    private static void requested(TruthScene scene, int client, String target, int port) throws Exception {
        for (int i = 0; i < 2; i++) {
            int each = client + i * SECOND_CLIENT;
            scene.add(scene.tcpcopy, each, target, port);
            scene.request(each, port, SYN, 1, 0);
            scene.request(each, port, RST, 2, 0);
        }
    }

    private static void answeredForAnotherAddress(TruthScene scene) throws Exception {
        int client = scene.newClient();
        scene.add(scene.tcpcopy, client, "203.0.113.9", PORT);
        scene.answerWhole(client);
    }

    private static List<Row> ofSessions() {
        return List.of(
                row(
                                "intercept restarted under live sessions",
                                TruthTableTest::ruled,
                                scene -> answers(scene, 12),
                                RESPONSES_WITHOUT_ROUTES)
                        .mendedBy(TruthTableTest::tcpcopyRestarted, BUSY),
                row(
                                "the target does not get the handshake's ACK",
                                TruthTableTest::ruled,
                                TruthTableTest::repeated,
                                SYN_ACK_REPEATED)
                        .mendedBy(TruthTableTest::typed, BUSY),
                row(
                                "an old tcpcopy and TCP timestamps",
                                scene -> {
                                    scene.sh(RULE);
                                    scene.start(nfqueue().build());
                                    scene.tcpcopy =
                                            scene.connect(TunnelFormat.of(Generation.V0_6, ProtocolOptions.DEFAULTS));
                                },
                                TruthTableTest::repeated,
                                SYN_ACK_REPEATED)
                        .mendedBy(
                                scene -> {
                                    typed(scene);
                                    assertEquals(
                                            "0",
                                            scene.network
                                                    .exec("sysctl", "-n", "net.ipv4.tcp_timestamps")
                                                    .strip());
                                },
                                BUSY),
                row(
                                "sessions begin again at once",
                                TruthTableTest::ruled,
                                scene -> beginAgain(scene, 5),
                                SESSIONS_RESTART_AT_ONCE)
                        .mendedBy(TruthTableTest::nothing, BUSY),
                row(
                                "sessions begin again after 3 s",
                                TruthTableTest::ruled,
                                scene -> {
                                    if (scene.second() % 3 == 0) {
                                        beginAgain(scene, 5);
                                    }
                                },
                                SESSIONS_RESTART_LATER)
                        .mendedBy(TruthTableTest::nothing, BUSY),
                row(
                                "two hosts copy the same clients",
                                scene -> {
                                    ruled(scene);
                                    scene.others.add(scene.connect("127.0.0.1"));
                                },
                                scene -> {
                                    int client = scene.newClient();
                                    scene.add(client);
                                    scene.answer(client, SYN | ACK);
                                    scene.add(scene.others.get(0), client, TestNetwork.TARGET, PORT);
                                    scene.answer(client, ACK | PSH, (byte) 'x');
                                },
                                SESSIONS_STOLEN)
                        .mendedBy(scene -> scene.others.get(0).close(), BUSY),
                row(
                                "-t is shorter than a pause",
                                scene -> {
                                    scene.sh(RULE);
                                    scene.startWithTcpcopy(nfqueue().routeTimeoutS(20));
                                    pauseLong(scene);
                                },
                                scene -> answers(scene, 12),
                                SESSIONS_EXPIRED)
                        .mendedBy(
                                scene -> {
                                    restartedAsTold(scene);
                                    pauseLong(scene);
                                },
                                scene -> answers(scene, 12)),
                row(
                                "--max-sessions is too small",
                                scene -> {
                                    scene.sh(RULE);
                                    scene.startWithTcpcopy(nfqueue().maxSessions(4));
                                },
                                TruthTableTest::tenSessions,
                                SESSIONS_EVICTED)
                        .mendedBy(TruthTableTest::restartedAsTold, TruthTableTest::tenSessions));
    }

    private static void repeated(TruthScene scene) throws Exception {
        int client = scene.newClient();
        scene.add(client);
        scene.answerAgain(client, SYN | ACK);
        scene.answerAgain(client, SYN | ACK);
    }

    private static void beginAgain(TruthScene scene, int count) throws Exception {
        for (int client = 1; client <= count; client++) {
            scene.add(client);
            scene.answer(client, SYN | ACK);
        }
    }

    private static void pauseLong(TruthScene scene) throws Exception {
        for (int client = 1; client <= 12; client++) {
            scene.add(client);
            scene.answer(client, ACK | PSH, (byte) 'x');
        }
        scene.seconds(25, () -> {});
    }

    private static void tenSessions(TruthScene scene) throws Exception {
        for (int client = 1; client <= 10; client++) {
            scene.replay(client);
        }
    }

    private static List<Row> ofLosses() {
        return List.of(
                row(
                                "packets whose lengths contradict",
                                TruthTableTest::ruled,
                                scene -> {
                                    scene.busySecond();
                                    scene.raw.send(new PacketBuilder()
                                            .from(TestNetwork.TARGET, PORT)
                                            .to(TestNetwork.client(1), 40000)
                                            .dataOffset(3)
                                            .build());
                                },
                                MALFORMED)
                        .mendedBy(TruthTableTest::nothing, BUSY),
                row(
                                "answers come in fragments",
                                scene -> {
                                    scene.sh("iptables -I OUTPUT -f -j NFQUEUE --queue-num 0");
                                    ruled(scene);
                                },
                                scene -> {
                                    scene.busySecond();
                                    scene.raw.send(new PacketBuilder()
                                            .from(TestNetwork.TARGET, PORT)
                                            .to(TestNetwork.client(1), 40000)
                                            .fragment(100, false)
                                            .build());
                                },
                                FRAGMENTS)
                        .mendedBy(TruthTableTest::typed, BUSY),
                row(
                                "handshakes that no tcpcopy adds",
                                scene -> {
                                    ruled(scene);
                                    scene.seconds(30, () -> someUnannounced(scene));
                                },
                                TruthTableTest::someUnannounced,
                                PARKED_LOST)
                        .mendedBy(scene -> scene.seconds(30, scene::busySecond), BUSY),
                row(
                                "a burst beyond the tunnel's buffer",
                                scene -> {
                                    scene.sh(RULE);
                                    scene.startWithTcpcopy(nfqueue().tunnelBufferBytes(16384));
                                },
                                scene -> {
                                    if (scene.second() == 6) {
                                        scene.fill();
                                    }
                                    scene.drain();
                                },
                                TUNNEL_OVERFLOW)
                        .mendedBy(TruthTableTest::nothing, BUSY),
                row(
                                "tcpcopy does not read",
                                scene -> {
                                    scene.sh(RULE);
                                    scene.startWithTcpcopy(nfqueue().tunnelBufferBytes(16384));
                                    scene.fill();
                                },
                                TruthTableTest::nothing,
                                TUNNEL_STALLED)
                        .mendedBy(TruthScene::drainAll, BUSY),
                row(
                                "the kernel's queue is too short",
                                scene -> {
                                    scene.sh(RULE);
                                    scene.startWithTcpcopy(nfqueue().backendOptions(Map.of("--queue-maxlen", "1")));
                                    scene.fillKernelQueue();
                                },
                                BUSY,
                                KERNEL_LOSS)
                        .mendedBy(
                                scene -> {
                                    scene.stop();
                                    scene.startWithTcpcopy(nfqueue());
                                },
                                BUSY));
    }

    private static void someUnannounced(TruthScene scene) throws Exception {
        for (int i = 0; i < 4; i++) {
            scene.busySecond();
        }
        scene.answer(scene.newClient(), SYN | ACK);
    }

    @TestFactory
    Stream<DynamicTest> table() {
        return rows().stream().map(row -> DynamicTest.dynamicTest(row.name, () -> shouldSay(row)));
    }

    private static void shouldSay(Row row) throws Exception {
        try (TruthScene scene = new TruthScene()) {
            row.made.in(scene);
            scene.seconds(LOOKS, () -> row.traffic.in(scene));
            assertEquals(row.said, scene.findings(), scene::facts);
            int before = scene.escaped();
            assertEquals(row.escapes, before > 0, () -> before + " answers left: " + row.name);
            TABLE.put(row.name, labels(row.said));
            if (row.mended == null) {
                return;
            }
            row.mended.in(scene);
            int meanwhile = scene.escaped();
            assertEquals(0, row.escapes ? 0 : meanwhile, "answers left while the remedy was typed");
            scene.seconds(LOOKS, () -> row.then.in(scene));
            assertEquals(row.left, scene.findings(), scene::facts);
            assertEquals(0, scene.escaped(), "answers left after the remedy");
            TABLE.put(row.name, labels(row.said) + ", mended: " + labels(row.left));
        }
    }

    private static String labels(Set<FindingId> ids) {
        return ids.isEmpty() ? "nothing" : ids.stream().map(FindingId::label).collect(Collectors.joining(", "));
    }

    /** In the order of docs/troubleshooting.md. */
    @AfterAll
    static void printTable() {
        for (Row row : rows()) {
            System.out.printf("%-55s %s%n", row.name, TABLE.getOrDefault(row.name, "FAILED"));
        }
        ELSEWHERE.forEach((name, why) -> System.out.printf("%-55s not here: %s%n", name, why));
    }
}
