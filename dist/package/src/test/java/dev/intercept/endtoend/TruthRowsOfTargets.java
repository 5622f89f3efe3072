package dev.intercept.endtoend;

import static dev.intercept.diagnosis.FindingId.TARGET_RESETS;
import static dev.intercept.diagnosis.FindingId.TARGET_SLOW;
import static dev.intercept.diagnosis.FindingId.TARGET_STALLS;
import static dev.intercept.endtoend.TruthRow.row;
import static dev.intercept.endtoend.TruthScene.PORT;
import static dev.intercept.endtoend.TruthSteps.BUSY;
import static dev.intercept.endtoend.TruthSteps.ruled;
import static dev.intercept.endtoend.TruthSteps.typedAnd;
import static dev.intercept.kit.PacketBuilder.ACK;
import static dev.intercept.kit.PacketBuilder.FIN;
import static dev.intercept.kit.PacketBuilder.PSH;
import static dev.intercept.kit.PacketBuilder.SYN;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** A test server that copes, and ones that do not. */
final class TruthRowsOfTargets {

    private TruthRowsOfTargets() {}

    static List<TruthRow> all() {
        return List.of(
                row("healthy, a real server", scene -> served(scene, "echo"), scene -> target(scene)
                        .busySecond(true)),
                row(
                                "the server's process is stopped",
                                TruthRowsOfTargets::stopped,
                                scene -> target(scene).busySecond(false),
                                TARGET_STALLS)
                        .mendedBy(typedAnd(TruthRowsOfTargets::goesOn), scene -> target(scene)
                                .busySecond(true)),
                row(
                                "the queue of connections is full",
                                TruthRowsOfTargets::queueOfOne,
                                TruthRowsOfTargets::knock,
                                TARGET_STALLS)
                        .mendedBy(typedAnd(scene -> scene.servers.get(0).close()), BUSY),
                row(
                                "the server takes no more data in",
                                TruthSteps::ruled,
                                TruthRowsOfTargets::closedWindows,
                                TARGET_STALLS)
                        .mendedBy(TruthSteps::typed, BUSY),
                row(
                                "the server resets its sessions",
                                scene -> served(scene, "reset"),
                                scene -> target(scene).busySecond(false),
                                TARGET_RESETS)
                        .mendedBy(typedAnd(TruthRowsOfTargets::replaced), scene -> target(scene)
                                .busySecond(true)),
                late(),
                row("data is sent again", TruthSteps::ruled, TruthRowsOfTargets::sentAgain, TARGET_SLOW)
                        .mendedBy(TruthSteps::typed, BUSY));
    }

    private static ServedTarget target(TruthScene scene) {
        return (ServedTarget) scene.servers.get(scene.servers.size() - 1);
    }

    private static void served(TruthScene scene, String manner) throws Exception {
        ruled(scene);
        scene.servers.add(new ServedTarget(scene, manner));
    }

    private static void stopped(TruthScene scene) throws Exception {
        served(scene, "echo");
        target(scene).busySecond(true);
        target(scene).signal("STOP");
    }

    private static void goesOn(TruthScene scene) throws Exception {
        target(scene).clientsGo();
        target(scene).signal("CONT");
    }

    private static void replaced(TruthScene scene) throws Exception {
        target(scene).close();
        scene.servers.add(new ServedTarget(scene, "echo"));
    }

    /** A queue of one takes two; nobody accepts them. */
    private static void queueOfOne(TruthScene scene) throws Exception {
        ruled(scene);
        scene.servers.add(
                scene.network.call(() -> new ServerSocket(PORT, 1, InetAddress.getByName(TestNetwork.TARGET))));
        ServedTarget.connect(scene, scene.newClient());
        ServedTarget.connect(scene, scene.newClient());
    }

    private static void knock(TruthScene scene) throws Exception {
        int client = scene.newClient();
        scene.add(client);
        scene.request(client, PORT, SYN, 1, 0);
    }

    private static void closedWindows(TruthScene scene) throws Exception {
        int client = scene.newClient();
        scene.add(client);
        answer(scene, client, SYN | ACK, 1000, 1, 500);
        answer(scene, client, ACK, 1001, 501, 0);
    }

    /** Each second's connections are answered in the next. */
    private static TruthRow late() {
        List<Integer> waiting = new ArrayList<>();
        return row(
                        "SYN/ACKs come a second late",
                        scene -> {
                            ruled(scene);
                            scene.seconds(8, scene::busySecond);
                        },
                        scene -> {
                            for (int client : waiting) {
                                scene.answerWhole(client);
                            }
                            waiting.clear();
                            for (int i = 0; i < 3; i++) {
                                waiting.add(scene.newClient());
                                scene.add(waiting.get(i));
                            }
                        },
                        TARGET_SLOW)
                .mendedBy(TruthSteps::typed, BUSY);
    }

    private static void sentAgain(TruthScene scene) throws Exception {
        for (int i = 0; i < 3; i++) {
            int client = scene.newClient();
            scene.add(client);
            answer(scene, client, SYN | ACK, 1000, 1, 500);
            answer(scene, client, ACK | PSH, 1001, 101, 500, (byte) 'x');
            answer(scene, client, ACK | PSH, 1001, 101, 500, (byte) 'x');
            answer(scene, client, ACK | FIN, 1002, 101, 500);
        }
    }

    private static void answer(
            TruthScene scene, int client, int flags, int sequence, int acknowledgement, int window, byte... payload)
            throws Exception {
        scene.raw.send(new PacketBuilder()
                .from(TestNetwork.TARGET, PORT)
                .to(TruthScene.address(client), TruthScene.port(client))
                .flags(flags)
                .sequence(sequence)
                .acknowledgement(acknowledgement)
                .window(window)
                .payload(payload)
                .build());
    }
}
