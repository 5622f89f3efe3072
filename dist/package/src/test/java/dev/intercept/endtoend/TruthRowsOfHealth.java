package dev.intercept.endtoend;

import static dev.intercept.diagnosis.FindingId.NO_TCPCOPY;
import static dev.intercept.endtoend.TruthRow.row;
import static dev.intercept.endtoend.TruthRowsOfHosts.assistant;
import static dev.intercept.endtoend.TruthScene.PORT;
import static dev.intercept.endtoend.TruthScene.RULE;
import static dev.intercept.endtoend.TruthScene.nfqueue;
import static dev.intercept.endtoend.TruthSteps.BUSY;
import static dev.intercept.endtoend.TruthSteps.answers;
import static dev.intercept.endtoend.TruthSteps.ruled;
import static dev.intercept.kit.PacketBuilder.ACK;
import static dev.intercept.kit.PacketBuilder.PSH;
import static dev.intercept.kit.PacketBuilder.SYN;

import dev.intercept.InterceptConfig;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.ipqueue.BridgedIpQueue;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.logging.Log;
import dev.intercept.logging.LogFormat;
import dev.intercept.logging.LogLevel;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.LogManager;

/** What is well with each backend and generation, and that no tcpcopy is there. */
final class TruthRowsOfHealth {

    private TruthRowsOfHealth() {}

    static List<TruthRow> all() {
        List<TruthRow> rows = new ArrayList<>();
        rows.add(row("healthy, nfqueue", TruthSteps::ruled, BUSY));
        rows.add(generations("nfqueue", TruthSteps::ruled));
        rows.add(generations("nflog", TruthRowsOfHealth::nflog));
        rows.add(generations(
                "ebpf",
                scene -> scene.startWithTcpcopy(InterceptConfig.builder()
                        .backendName("ebpf")
                        .backendOptions(Map.of("--target-ports", "8080", "--interface", TestNetwork.TARGET_DEVICE)))));
        rows.add(generations("ipqueue over a bridge from NFQUEUE", TruthRowsOfHealth::ipQueue));
        rows.add(row(
                "healthy, pcap, a tcpcopy of each generation",
                scene -> {
                    assistant(scene, 0);
                    connectEachGeneration(scene);
                },
                scene -> {
                    for (TunnelClient each : scene.others) {
                        int client = scene.newClient();
                        scene.add(each, client, TruthScene.NEIGHBOUR_TARGET, PORT);
                        scene.answerFromNeighbour(TruthScene.NEIGHBOUR_TARGET, PORT, client, SYN | ACK);
                    }
                }));
        rows.add(row(
                "strict reverse path filter on the assistant",
                scene -> {
                    assistant(scene, 0);
                    scene.sh("ip route add 203.0.113.9 dev target0");
                    scene.sh("sysctl -w net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.in0.rp_filter=1");
                },
                scene -> {
                    int client = scene.newClient();
                    scene.add(scene.tcpcopy, client, "203.0.113.9", PORT);
                    scene.answerFromNeighbour("203.0.113.9", PORT, client, SYN | ACK);
                }));
        rows.add(row("the log is a full pipe", TruthRowsOfHealth::loggingIntoAFullPipe, BUSY));
        rows.add(row("idle, tcpcopy is connected", TruthSteps::ruled, TruthSteps::nothing));
        rows.add(row("clients reuse their ports at once", TruthSteps::ruled, scene -> {
            for (int client = 1; client <= 5; client++) {
                scene.replay(client);
            }
        }));
        rows.add(row("clients end by reset and reuse their ports", TruthSteps::ruled, scene -> {
            for (int client = 1; client <= 5; client++) {
                scene.add(client);
                scene.answer(client, SYN | ACK);
                scene.answer(client, ACK | PSH, (byte) 'x');
            }
        }));
        rows.add(row("tcpcopy restarts under live sessions", TruthSteps::ruled, scene -> {
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
                        TruthSteps::nothing,
                        NO_TCPCOPY)
                .mendedBy(TruthSteps::typed, BUSY));
        rows.add(row(
                        "the last tcpcopy left, answers come",
                        scene -> {
                            ruled(scene);
                            scene.busySecond();
                            scene.tcpcopy.close();
                        },
                        scene -> answers(scene, 12),
                        NO_TCPCOPY)
                .mendedBy(TruthSteps::typed, BUSY));
        return rows;
    }

    private static TruthRow generations(String backend, TruthStep start) {
        return row(
                "healthy, " + backend + ", a tcpcopy of each generation",
                scene -> {
                    start.in(scene);
                    connectEachGeneration(scene);
                },
                scene -> {
                    for (TunnelClient each : scene.others) {
                        int client = scene.newClient();
                        scene.add(each, client, TestNetwork.TARGET, PORT);
                        scene.answerWhole(client);
                    }
                });
    }

    private static void connectEachGeneration(TruthScene scene) throws Exception {
        for (Generation generation : Generation.all()) {
            scene.others.add(scene.connect(TunnelFormat.of(generation, ProtocolOptions.DEFAULTS)));
        }
    }

    /** No kernel that runs this has ip_queue. */
    private static void ipQueue(TruthScene scene) throws Exception {
        scene.sh(RULE);
        BridgedIpQueue bridge = scene.network.call(BridgedIpQueue::start);
        scene.servers.add(bridge);
        scene.start(InterceptConfig.builder().backendName("ipqueue").build(), BackendRegistry.of(bridge.provider()));
        scene.tcpcopy = scene.connect(TestNetwork.TARGET);
    }

    /** Held open by this process, so that it is full for as long as the row lasts. */
    private static void loggingIntoAFullPipe(TruthScene scene) throws Exception {
        Path pipe = Files.createTempDirectory("log").resolve("pipe");
        scene.sh("mkfifo " + pipe);
        RandomAccessFile held = new RandomAccessFile(pipe.toFile(), "rw");
        scene.servers.add(() -> {
            LogManager.getLogManager().readConfiguration();
            held.close();
            Files.delete(pipe);
            Files.delete(pipe.getParent());
        });
        scene.sh("dd if=/dev/zero of=" + pipe + " oflag=nonblock bs=4096 2>/dev/null || :");
        Log.toFile(pipe, LogLevel.DEBUG, LogFormat.TEXT);
        ruled(scene);
    }

    private static void nflog(TruthScene scene) throws Exception {
        scene.sh("iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num 65535");
        scene.sh(
                "iptables -I OUTPUT -p tcp --sport 8080 -j NFLOG --nflog-group 0 --nflog-size 128 --nflog-threshold 64");
        scene.startWithTcpcopy(InterceptConfig.builder().backendName("nflog"));
    }
}
