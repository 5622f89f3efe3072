package dev.intercept.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.server.Peer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that has no file descriptor left for another connection. */
class DescriptorLimitTest {

    private static final int DESCRIPTORS = 100;
    private static final int PORT = 10000;
    private static final int TARGET_PORT = 8080;
    private static final int DESTINATION_PORT_OFFSET = 22;
    private static final int WAIT_S = 30;

    private final List<Peer> crowd = new ArrayList<>();
    private Process process;
    private PrintStream commands;
    private BufferedReader answers;
    private InetSocketAddress server;

    @BeforeEach
    void start() throws IOException {
        process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -n " + DESCRIPTORS + " && exec \"$@\"",
                        "sh",
                        System.getProperty("java.home") + "/bin/java",
                        "-XX:-MaxFDLimit",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FewDescriptors.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        commands = new PrintStream(process.getOutputStream(), true);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream()));
        server = new InetSocketAddress("127.0.0.1", Integer.parseInt(answers.readLine()));
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        for (Peer peer : crowd) {
            peer.close();
        }
        commands.close();
        assertTrue(process.waitFor(WAIT_S, TimeUnit.SECONDS), "it ends on a signal");
        assertEquals(0, process.exitValue());
    }

    @Test
    void shouldGoOnWithTheTunnelsItHasAndTakeMoreWhenItCan() throws IOException {
        try (TunnelClient before = TunnelClient.connect(server)) {
            serve(before, PORT);
            for (int i = 0; i < DESCRIPTORS; i++) {
                crowd.add(new Peer(server));
            }
            await("log could not be accepted", lines -> lines == 1);
            long open = ask("open");
            assertTrue(open < DESCRIPTORS, open + " tunnels");
            serve(before, PORT + 1);

            for (Peer peer : crowd) {
                peer.close();
            }
            await("open", tunnels -> tunnels == 1);
            try (TunnelClient after = TunnelClient.connect(server)) {
                serve(after, PORT + 2);
            }
        }
    }

    /** A route is added and a response comes back: a SYN/ACK is not needed, as this tries until it is there. */
    private void serve(TunnelClient client, int port) throws IOException {
        client.add(TestNetwork.client(1), port, TestNetwork.TARGET, TARGET_PORT);
        for (int attempt = 0; attempt < WAIT_S * 10; attempt++) {
            ask("respond " + port);
            Optional<ByteBuffer> message = client.read(100);
            if (message.isPresent() && (message.get().getShort(DESTINATION_PORT_OFFSET) & 0xffff) == port) {
                return;
            }
        }
        fail("no answer for port " + port);
    }

    private void await(String question, LongPredicate isThere) throws IOException {
        for (int attempt = 0; attempt < WAIT_S * 100; attempt++) {
            if (isThere.test(ask(question))) {
                return;
            }
            LockSupport.parkNanos(10_000_000);
        }
        fail("no such answer to " + question + ", last answer " + ask(question));
    }

    private long ask(String command) throws IOException {
        commands.println(command);
        return Long.parseLong(answers.readLine());
    }
}
