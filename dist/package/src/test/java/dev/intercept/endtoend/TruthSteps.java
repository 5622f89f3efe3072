package dev.intercept.endtoend;

import static dev.intercept.endtoend.TruthScene.PORT;
import static dev.intercept.endtoend.TruthScene.RULE;
import static dev.intercept.endtoend.TruthScene.nfqueue;
import static dev.intercept.kit.PacketBuilder.ACK;
import static dev.intercept.kit.PacketBuilder.PSH;

import dev.intercept.InterceptConfig;
import dev.intercept.cli.StartOptions;
import dev.intercept.kit.TestNetwork;

/** What several rows of the table do. */
final class TruthSteps {

    private TruthSteps() {}

    static final TruthStep BUSY = TruthScene::busySecond;

    static void ruled(TruthScene scene) throws Exception {
        scene.sh(RULE);
        scene.startWithTcpcopy(nfqueue());
    }

    static void unruled(TruthScene scene) throws Exception {
        scene.startWithTcpcopy(nfqueue());
    }

    /** Types the remedy of the finding that stands. */
    static void typed(TruthScene scene) throws Exception {
        scene.sh(remedy(scene).replace("PORT", Integer.toString(PORT)));
    }

    private static String remedy(TruthScene scene) {
        return scene.finding(scene.findings().iterator().next()).remedy();
    }

    static void restartedAsAdvised(TruthScene scene) throws Exception {
        InterceptConfig advised = StartOptions.of(remedy(scene));
        scene.stop();
        scene.start(advised);
        scene.tcpcopy = scene.connect(TestNetwork.TARGET);
    }

    /** What a remedy asks of a person on another host. */
    static void tcpcopyRestarted(TruthScene scene) throws Exception {
        scene.restartTcpcopy();
    }

    static void nothing(TruthScene scene) {
        // Time passes.
    }

    static void answers(TruthScene scene, int count) throws Exception {
        for (int client = 1; client <= count; client++) {
            scene.answer(client, ACK | PSH, (byte) 'x');
        }
    }
}
