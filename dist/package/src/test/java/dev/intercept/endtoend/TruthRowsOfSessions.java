package dev.intercept.endtoend;

import static dev.intercept.diagnosis.FindingId.*;
import static dev.intercept.endtoend.TruthRow.row;
import static dev.intercept.endtoend.TruthScene.PORT;
import static dev.intercept.endtoend.TruthScene.RULE;
import static dev.intercept.endtoend.TruthScene.nfqueue;
import static dev.intercept.endtoend.TruthSteps.BUSY;
import static dev.intercept.endtoend.TruthSteps.answers;
import static dev.intercept.endtoend.TruthSteps.ruled;
import static dev.intercept.endtoend.TruthSteps.typed;
import static dev.intercept.endtoend.TruthSteps.typedAnd;
import static dev.intercept.kit.PacketBuilder.ACK;
import static dev.intercept.kit.PacketBuilder.PSH;
import static dev.intercept.kit.PacketBuilder.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import java.util.List;
import java.util.Map;

/** What is wrong with sessions and tunnels, and what is lost. */
final class TruthRowsOfSessions {

    private TruthRowsOfSessions() {}

    static List<TruthRow> ofSessions() {
        return List.of(
                row(
                                "intercept restarted under live sessions",
                                TruthSteps::ruled,
                                scene -> answers(scene, 12),
                                RESPONSES_WITHOUT_ROUTES)
                        .mendedBy(TruthSteps::typed, BUSY),
                row(
                                "the target does not get the handshake's ACK",
                                TruthSteps::ruled,
                                TruthRowsOfSessions::repeated,
                                SYN_ACK_REPEATED)
                        .mendedBy(TruthSteps::typed, BUSY),
                row(
                                "an old tcpcopy and TCP timestamps",
                                scene -> {
                                    scene.sh(RULE);
                                    scene.start(nfqueue().build());
                                    scene.tcpcopy =
                                            scene.connect(TunnelFormat.of(Generation.V0_6, ProtocolOptions.DEFAULTS));
                                },
                                TruthRowsOfSessions::repeated,
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
                row("sessions begin again at once", TruthSteps::ruled, TruthSteps::beginAgain, SESSIONS_RESTART_AT_ONCE)
                        .mendedBy(TruthSteps::typed, BUSY),
                row(
                                "sessions begin again after 3 s",
                                TruthSteps::ruled,
                                TruthSteps::beginAgainLater,
                                SESSIONS_RESTART_LATER)
                        .mendedBy(TruthSteps::typed, BUSY),
                row(
                                "clients reuse their ports, and another intercept has some answers",
                                TruthSteps::ruled,
                                scene -> {
                                    for (int client = 1; client <= 6; client++) {
                                        scene.add(client);
                                    }
                                    for (int client = 1; client <= 3; client++) {
                                        scene.answerWhole(client);
                                    }
                                },
                                SESSIONS_RESTART_LATER)
                        .mendedBy(TruthSteps::typed, BUSY),
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
                        .mendedBy(TruthSteps::typed, BUSY),
                row(
                                "-t is shorter than a pause",
                                scene -> {
                                    scene.sh(RULE);
                                    scene.startWithTcpcopy(nfqueue().routeTimeoutS(20));
                                    pauseLong(scene);
                                },
                                scene -> answers(scene, 12),
                                SESSIONS_EXPIRED)
                        .mendedBy(typedAnd(TruthRowsOfSessions::pauseLong), scene -> answers(scene, 12)),
                row(
                                "--max-sessions is too small",
                                scene -> {
                                    scene.sh(RULE);
                                    scene.startWithTcpcopy(nfqueue().maxSessions(4));
                                },
                                TruthRowsOfSessions::tenSessions,
                                SESSIONS_EVICTED)
                        .mendedBy(TruthSteps::typed, TruthRowsOfSessions::tenSessions),
                row(
                                "--max-sessions is as large as it can be, and too small",
                                scene -> {
                                    scene.sessionsLimit = 32;
                                    scene.sh(RULE);
                                    scene.startWithTcpcopy(nfqueue().maxSessions(scene.sessionsLimit));
                                },
                                BUSY,
                                SESSIONS_EVICTED)
                        .mendedBy(TruthSteps::typed, BUSY));
    }

    private static void repeated(TruthScene scene) throws Exception {
        int client = scene.newClient();
        scene.add(client);
        scene.answerAgain(client, SYN | ACK);
        scene.answerAgain(client, SYN | ACK);
    }

    private static void pauseLong(TruthScene scene) throws Exception {
        for (int client = 1; client <= 12; client++) {
            scene.add(client);
            scene.answer(client, ACK | PSH, (byte) 'x');
        }
        scene.seconds(25, () -> {});
        // Every thread has read the clock again: one that waits for packets does so every 100 ms.
        scene.await(() -> scene.intercept.longestRoundNs() == 0);
    }

    private static void tenSessions(TruthScene scene) throws Exception {
        for (int client = 1; client <= 10; client++) {
            scene.replay(client);
        }
    }

    static List<TruthRow> ofLosses() {
        return List.of(
                row(
                                "packets whose lengths contradict",
                                TruthSteps::ruled,
                                scene -> {
                                    scene.busySecond();
                                    scene.raw.send(new PacketBuilder()
                                            .from(TestNetwork.TARGET, PORT)
                                            .to(TestNetwork.client(1), 40000)
                                            .dataOffset(3)
                                            .build());
                                },
                                MALFORMED)
                        .mendedBy(TruthSteps::typed, BUSY),
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
                        .mendedBy(TruthSteps::typed, BUSY),
                row(
                                "handshakes that no tcpcopy adds",
                                scene -> {
                                    ruled(scene);
                                    scene.seconds(30, () -> someUnannounced(scene));
                                },
                                TruthRowsOfSessions::someUnannounced,
                                PARKED_LOST)
                        .mendedBy(typedAnd(scene -> scene.seconds(30, scene::busySecond)), BUSY),
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
                        .mendedBy(TruthSteps::typed, BUSY),
                row(
                                "tcpcopy has given its tunnel up",
                                scene -> {
                                    ruled(scene);
                                    scene.seconds(5, scene::busySecond);
                                },
                                TruthRowsOfSessions::unannounced,
                                TUNNEL_QUIET)
                        .mendedBy(TruthSteps::typed, BUSY),
                row(
                                "tcpcopy does not read",
                                scene -> {
                                    scene.sh(RULE);
                                    scene.startWithTcpcopy(nfqueue().tunnelBufferBytes(16384));
                                    scene.fill();
                                },
                                TruthSteps::nothing,
                                TUNNEL_STALLED)
                        .mendedBy(typedAnd(TruthScene::drainAll), BUSY),
                row(
                                "the kernel's queue is too short",
                                scene -> {
                                    scene.sh(RULE);
                                    scene.startWithTcpcopy(nfqueue().backendOptions(Map.of("--queue-maxlen", "8")));
                                    scene.fillKernelQueue();
                                },
                                BUSY,
                                KERNEL_LOSS)
                        .mendedBy(TruthSteps::typed, BUSY));
    }

    private static void someUnannounced(TruthScene scene) throws Exception {
        for (int i = 0; i < 4; i++) {
            scene.busySecond();
        }
        unannounced(scene);
    }

    private static void unannounced(TruthScene scene) throws Exception {
        for (int i = 0; i < 2; i++) {
            scene.answer(scene.newClient(), SYN | ACK);
        }
    }
}
