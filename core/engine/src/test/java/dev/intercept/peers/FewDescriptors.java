package dev.intercept.peers;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.server.Peer;
import dev.intercept.tcpcopy.ProtocolOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;

/**
 * A server in a process of its own, so that it alone runs out of file descriptors. Prints its port; then takes commands, one a
 * line, and answers each with one line: {@code respond PORT} hands in a response to that port of 192.0.2.1, {@code open} counts
 * tunnels, {@code log TEXT} counts log lines with that text.
 */
final class FewDescriptors {

    private FewDescriptors() {}

    public static void main(String[] args) throws IOException {
        try (RunningServer running = new RunningServer(ProtocolOptions.DEFAULTS);
                BufferedReader commands = new BufferedReader(new InputStreamReader(System.in))) {
            openAndClose(running);
            System.out.println(running.address().getPort());
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                System.out.println(answer(running, line));
            }
        }
    }

    /** Here classes lie in directories: loading one takes a descriptor, so all that a tunnel needs is loaded before. */
    private static void openAndClose(RunningServer running) throws IOException {
        try (Peer peer = new Peer(running.address())) {
            peer.send(new byte[] {0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0});
            while (running.server.tunnels().isEmpty()) {
                Thread.onSpinWait();
            }
        }
        while (!running.server.tunnels().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    private static long answer(RunningServer running, String command) {
        String argument = command.substring(command.indexOf(' ') + 1);
        if (command.startsWith("respond")) {
            running.onPacket(new PacketBuilder()
                    .to("192.0.2.1", Integer.parseInt(argument))
                    .toBuffer());
            running.endOfBatch();
            return 0;
        }
        return command.startsWith("log")
                ? running.lines(argument).size()
                : running.server.tunnels().size();
    }
}
