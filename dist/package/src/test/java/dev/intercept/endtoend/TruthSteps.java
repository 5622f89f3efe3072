package dev.intercept.endtoend;

import static dev.intercept.endtoend.TruthScene.PORT;
import static dev.intercept.endtoend.TruthScene.RULE;
import static dev.intercept.endtoend.TruthScene.nfqueue;
import static dev.intercept.kit.PacketBuilder.ACK;
import static dev.intercept.kit.PacketBuilder.PSH;
import static dev.intercept.kit.PacketBuilder.SYN;

import dev.intercept.Intercept;
import dev.intercept.InterceptConfig;
import dev.intercept.cli.CommandRun;
import dev.intercept.cli.StartOptions;
import dev.intercept.kit.TestNetwork;
import java.util.Arrays;

/** What several rows of the table do. */
final class TruthSteps {

    private TruthSteps() {}

    /** Packets that the kernel holds for it. */
    static long queued(Intercept intercept) {
        return intercept.statistics().lanes().stream()
                .mapToLong(lane -> lane.kernelStats().queued())
                .sum();
    }

    static final TruthStep BUSY = TruthScene::busySecond;

    static void ruled(TruthScene scene) throws Exception {
        scene.sh(RULE);
        scene.startWithTcpcopy(nfqueue());
    }

    static void unruled(TruthScene scene) throws Exception {
        scene.startWithTcpcopy(nfqueue());
    }

    /** Types the remedy of the finding that stands, and then does what it leaves to a person. */
    static TruthStep typedAnd(TruthStep person) {
        return scene -> {
            typed(scene);
            person.in(scene);
        };
    }

    /** Types the remedy of the finding that stands, with a value for each word in capitals. */
    static void typed(TruthScene scene) throws Exception {
        String remedy = scene.finding(scene.findings().iterator().next()).remedy();
        Remedies.typed(remedy);
        String command = remedy.replaceFirst(" +#.*", "")
                .replaceAll("\\bPORT\\b", Integer.toString(PORT))
                .replaceAll("\\b(CLIENT|IP)\\b", TruthScene.address(1));
        if (command.startsWith("tcpcopy ") || command.startsWith("restart ")) {
            scene.restartTcpcopy();
        } else if (command.startsWith("intercept -")) {
            restarted(scene, command);
        } else if (command.startsWith("intercept check ")) {
            String[] arguments = command.substring("intercept ".length()).split(" ");
            scene.network.call(() -> CommandRun.of(arguments));
        } else if (!command.startsWith("intercept status ")) { // That asks a program of its own; here is none.
            scene.sh(command.startsWith("tcpdump ") ? "timeout 1 " + command + " || true" : command);
        }
    }

    /** With the options that it has, and those of the command in their place. */
    private static void restarted(TruthScene scene, String command) throws Exception {
        InterceptConfig before = scene.intercept.config();
        StringBuilder whole = new StringBuilder(command);
        before.backendOptions().forEach((name, value) -> {
            if (Arrays.stream(command.split("[ =]")).noneMatch(name::equals)) {
                whole.append(' ').append(name).append("='").append(value).append('\'');
            }
        });
        if (!command.contains("--max-sessions")) {
            whole.append(" --max-sessions=").append(before.maxSessions());
        }
        scene.stop();
        scene.start(StartOptions.of(whole.toString()));
        scene.tcpcopy = scene.connect(TestNetwork.TARGET);
    }

    static void nothing(TruthScene scene) {
        // Time passes.
    }

    /** Handshakes of before, as when their clients have reset them. */
    static void beginAgain(TruthScene scene) throws Exception {
        for (int client = 1; client <= 5; client++) {
            scene.add(client);
            scene.answer(client, SYN | ACK);
        }
    }

    /** As when nothing came back to tcpcopy. */
    static void beginAgainLater(TruthScene scene) throws Exception {
        if (scene.second() % 3 == 0) {
            beginAgain(scene);
        }
    }

    static void answers(TruthScene scene, int count) throws Exception {
        for (int client = 1; client <= count; client++) {
            scene.answer(client, ACK | PSH, (byte) 'x');
        }
    }
}
