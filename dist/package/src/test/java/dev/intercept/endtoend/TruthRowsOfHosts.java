package dev.intercept.endtoend;

import static dev.intercept.diagnosis.FindingId.*;
import static dev.intercept.endtoend.TruthRow.row;
import static dev.intercept.endtoend.TruthScene.PORT;
import static dev.intercept.endtoend.TruthScene.RULE;
import static dev.intercept.endtoend.TruthScene.nfqueue;
import static dev.intercept.endtoend.TruthSteps.BUSY;
import static dev.intercept.endtoend.TruthSteps.ruled;
import static dev.intercept.endtoend.TruthSteps.typed;
import static dev.intercept.endtoend.TruthSteps.unruled;
import static dev.intercept.kit.PacketBuilder.ACK;
import static dev.intercept.kit.PacketBuilder.RST;
import static dev.intercept.kit.PacketBuilder.SYN;

import dev.intercept.InterceptConfig;
import dev.intercept.kit.TestNetwork;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import java.util.List;
import java.util.Map;

/** What is wrong with rules, routes, targets and addresses. */
final class TruthRowsOfHosts {

    /** From here on clients that no tcpcopy copies. */
    private static final int FAR_CLIENT = 50_000;

    private static final int SECOND_CLIENT = 100_000;

    private TruthRowsOfHosts() {}

    /** The answers come in by in0 from the target, which routes them to here. */
    static void assistant(TruthScene scene, int forward) throws Exception {
        assistant(scene, forward, "tcp and src port 8080");
    }

    private static void assistant(TruthScene scene, int forward, String filter) throws Exception {
        scene.connectNeighbour();
        scene.sh("sysctl -w net.ipv4.ip_forward=" + forward);
        scene.start(InterceptConfig.builder()
                .backendName("pcap")
                .backendOptions(Map.of("--interface", "in0", "--filter", filter))
                .build());
        scene.tcpcopy = scene.connect(TestNetwork.TARGET);
    }

    static List<TruthRow> ofRules() {
        return List.of(
                row("no rule", TruthSteps::unruled, BUSY, RULE_MISSING)
                        .mendedBy(TruthSteps::typed, BUSY)
                        .whileAnswersEscape(),
                row(
                                "a rule for another port",
                                scene -> {
                                    scene.sh(RULE.replace("8080", "80"));
                                    unruled(scene);
                                },
                                BUSY,
                                RULE_MISSING)
                        .mendedBy(TruthSteps::typed, BUSY)
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
                        .mendedBy(TruthSteps::typed, BUSY)
                        .whileAnswersEscape(),
                row(
                                "the rule names another queue",
                                scene -> {
                                    scene.sh(RULE.replace("num 0", "num 3"));
                                    unruled(scene);
                                },
                                BUSY,
                                RULE_WRONG_QUEUE)
                        .mendedBy(TruthSteps::typed, BUSY),
                row(
                                "the rule spreads over more queues than intercept has",
                                scene -> {
                                    scene.sh(RULE.replace("--queue-num 0", "--queue-balance 0:1"));
                                    unruled(scene);
                                },
                                TruthSteps::beginAgainLater,
                                RULE_WRONG_QUEUE)
                        .mendedBy(TruthSteps::typed, BUSY),
                row(
                                "an ACCEPT comes before the rule",
                                scene -> {
                                    ruled(scene);
                                    scene.sh("iptables -I OUTPUT -p tcp -j ACCEPT");
                                },
                                BUSY,
                                RULE_AFTER_ACCEPT)
                        .mendedBy(TruthSteps::typed, BUSY)
                        .whileAnswersEscape(),
                row(
                                "the rule takes another service too",
                                TruthRowsOfHosts::ruledWidely,
                                TruthRowsOfHosts::withSsh,
                                RESPONSES_WITHOUT_ROUTES)
                        .mendedBy(TruthSteps::typed, TruthRowsOfHosts::withSsh),
                row(
                                "the assistant's filter takes another service too",
                                scene -> assistant(scene, 0, "tcp"),
                                TruthRowsOfHosts::withSshThroughAssistant,
                                RESPONSES_WITHOUT_ROUTES)
                        .mendedBy(TruthSteps::typed, TruthRowsOfHosts::withSshThroughAssistant),
                row(
                                "the rule takes all, tcpcopy names no target",
                                scene -> {
                                    scene.sh("iptables -I OUTPUT -o target0 -p tcp -j NFQUEUE --queue-num 0");
                                    scene.start(nfqueue().build());
                                    scene.tcpcopy =
                                            scene.connect(TunnelFormat.of(Generation.V0_9, ProtocolOptions.DEFAULTS));
                                },
                                TruthRowsOfHosts::withSsh,
                                RESPONSES_WITHOUT_ROUTES)
                        .mendedBy(TruthSteps::typed, TruthRowsOfHosts::withSsh));
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

    private static void withSshThroughAssistant(TruthScene scene) throws Exception {
        scene.answerThroughAssistant();
        for (int client = 1; client <= 12; client++) {
            scene.answerFromNeighbour(TruthScene.NEIGHBOUR_TARGET, 22, FAR_CLIENT + client, ACK);
        }
    }

    static List<TruthRow> ofTargets() {
        return List.of(
                row(
                                "the assistant forwards",
                                scene -> assistant(scene, 1),
                                TruthScene::beginAgainThroughAssistant,
                                IP_FORWARD)
                        .mendedBy(TruthSteps::typed, TruthScene::answerThroughAssistant)
                        .whileAnswersEscape(),
                row(
                                "copied packets are lost on their way",
                                TruthSteps::ruled,
                                TruthRowsOfHosts::addedOnly,
                                QUEUE_SILENT)
                        .mendedBy(TruthSteps::typed, BUSY),
                row(
                                "copied packets are lost after a while",
                                scene -> {
                                    ruled(scene);
                                    scene.seconds(2, scene::busySecond);
                                },
                                TruthRowsOfHosts::addedOnly,
                                ROUTES_WITHOUT_RESPONSES)
                        .mendedBy(TruthSteps::typed, BUSY),
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
                                TruthSteps::typed,
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
                        .mendedBy(TruthSteps::typed, TruthScene::requestFromNeighbour),
                row(
                                "tcpcopy's -x has a wrong port",
                                scene -> {
                                    ruled(scene);
                                    scene.listen(TestNetwork.TARGET, PORT);
                                },
                                scene -> requested(scene, scene.newClient(), TestNetwork.TARGET, 8899),
                                WRONG_TARGET)
                        .mendedBy(TruthSteps::typed, BUSY),
                row(
                                "the target answers from another port",
                                TruthSteps::ruled,
                                scene -> {
                                    int client = scene.newClient();
                                    scene.add(scene.tcpcopy, client, TestNetwork.TARGET, 8899);
                                    scene.answerWhole(client);
                                },
                                WRONG_TARGET)
                        .mendedBy(TruthSteps::typed, BUSY),
                row(
                                "tcpcopy's -x has a wrong address",
                                TruthSteps::ruled,
                                TruthRowsOfHosts::answeredForAnotherAddress,
                                WRONG_TARGET)
                        .mendedBy(TruthSteps::typed, TruthRowsOfHosts::answeredForAnotherAddress),
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
                                TruthSteps::typed,
                                scene -> requested(scene, scene.newClient(), TestNetwork.TARGET, PORT)),
                row(
                                "the test server is down",
                                TruthSteps::ruled,
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
}
