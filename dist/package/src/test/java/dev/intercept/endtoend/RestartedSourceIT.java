package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.endtoend.InstalledProgram.Result;
import dev.intercept.ipqueue.BridgedIpQueue;
import dev.intercept.kit.PacketSocket;
import dev.intercept.kit.TestNetwork;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What answers come while {@code intercept restart} starts the built program anew, with the sources that are not a queue. */
class RestartedSourceIT extends ProgramToRestart {

    private void start(String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("--socket=" + socket()));
        arguments.addAll(List.of(options));
        program.startForeground(arguments.toArray(String[]::new));
        program.awaitErr("listening on");
    }

    private void assertNothingEscapesNorIsLost() throws Exception {
        serveClients();
        try (PacketSocket wire = program.network().call(() -> new PacketSocket(TestNetwork.WIRE_DEVICE))) {
            assertLosesNoAnswer();
            assertTrue(wire.poll(0).isEmpty(), "an answer escaped");
        }
    }

    @Test
    void shouldLoseNoHeaderOfALogGroup() throws Exception {
        for (String rule : List.of("NFLOG --nflog-group 0 --nflog-threshold 64", "NFQUEUE --queue-num 65535")) {
            program.network().exec(("iptables -A OUTPUT -p tcp --sport 8080 -j " + rule).split(" "));
        }
        start("--backend=nflog", "--nflog-buffer=268435456");
        assertNothingEscapesNorIsLost();
    }

    /** Who takes a filter over without its routes lets nothing pass for half a minute. */
    @Test
    void shouldLoseNoHeaderOfARingAndKnowItsReplayedSessions() throws Exception {
        start("--backend=ebpf", "--target-ports=8080", "--ring-bytes=67108864", "--stop=replayed");
        assertNothingEscapesNorIsLost();
        try (PacketSocket wire = program.network().call(() -> new PacketSocket(TestNetwork.WIRE_DEVICE))) {
            answer(20_000, 1);
            assertTrue(wire.poll(READ_MS).isPresent(), "an answer that nobody replays was stopped");
        }
    }

    /** The kernel here has no ip_queue: a bridge from its queue 0 stands in for one. */
    @Test
    void shouldLoseNoAnswerOfIpQueue() throws Exception {
        program.network().exec("iptables -A OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num 0".split(" "));
        try (BridgedIpQueue bridge = program.network().call(BridgedIpQueue::start)) {
            program.startCommand(List.of(
                    "sh",
                    "-c",
                    "INTERCEPT_JAVA_OPTS='" + bridge.javaOptions() + "' exec \"$INTERCEPT\" --backend=ipqueue --socket="
                            + socket()));
            program.awaitErr("listening on");
            assertNothingEscapesNorIsLost();
        }
    }

    /** What came meanwhile is lost to it: libpcap's handle ends with the process. TCP would send it again. */
    @Test
    void shouldGoOnWithTunnelsAndSessionsWhereFramesAreCaptured() throws Exception {
        start("--backend=pcap", "--interface=" + TestNetwork.TARGET_DEVICE, "--lanes=2");
        serveClients();
        Result result = restart();
        assertEquals(0, result.exitCode(), result.err());
        assertTrue(result.out().contains(": 2 tunnels and 2 sessions go on; "), result.out());
        for (int i = 0; i < tunnels.size(); i++) {
            assertServed(tunnels.get(i), 10_000 + i, 1);
        }
        assertEquals(0, number(status(), "kernelLost"));
    }
}
