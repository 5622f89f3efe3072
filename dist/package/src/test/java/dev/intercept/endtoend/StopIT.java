package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** SIGTERM in every state that may hold it up; {@link StuckLogIT} has that of a log that nobody reads. */
class StopIT extends ProgramInANetwork {

    /** The limit of 10 s ended it. */
    private static final int TOO_LATE = 70;

    private static final int BY_SECOND_SIGNAL = 143;

    private static final int METRICS = 36525;

    private static int endedBySigterm(Process intercept) throws InterruptedException {
        intercept.destroy();
        assertTrue(intercept.waitFor(InstalledProgram.PATIENCE_S, TimeUnit.SECONDS), "SIGTERM is ignored");
        return intercept.exitValue();
    }

    private static boolean isServed() {
        try (Socket any = new Socket(InetAddress.getLoopbackAddress(), METRICS)) {
            return any.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Before the runtime is there, while it loads classes, while the queue is opened: wherever the signal happens to come. */
    @Test
    void shouldEndWhileItStarts() throws Exception {
        for (int passedMs = 0; passedMs <= 400; passedMs += 80) {
            Process intercept = program.startForeground("--backend=nfqueue");
            intercept.waitFor(passedMs, TimeUnit.MILLISECONDS);
            assertNotEquals(TOO_LATE, endedBySigterm(intercept), program.lastErr());
        }
    }

    @Test
    void shouldEndInOrderWhileAClientOfTheMetricsSaysHalfARequestAndNoMore() throws Exception {
        Process intercept = program.startForeground("--backend=nfqueue", "--metrics=" + METRICS);
        try (Socket client = new Socket()) {
            Await.until("the port of the metrics", () -> program.network().call(StopIT::isServed));
            program.network().call(() -> {
                client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), METRICS));
                return null;
            });
            client.getOutputStream().write("GET /he".getBytes(StandardCharsets.US_ASCII));
            assertEquals(0, endedBySigterm(intercept), program.lastErr());
        }
    }

    private Process startHanging() throws Exception {
        Path plugins = Files.createDirectory(directory.resolve("plugins"));
        BrokenPlugins.jar(
                plugins.resolve("hanging.jar"),
                BrokenPlugins.Hanging.class,
                BrokenPlugins.HangingLane.class,
                BrokenPlugins.Named.class);
        Process intercept = program.startForeground("--backend=hanging", "--plugin-path=" + plugins);
        program.awaitErr("listening on");
        return intercept;
    }

    @Test
    void shouldEndAtOnceAtASecondSignal() throws Exception {
        Process intercept = startHanging();
        intercept.destroy();
        program.awaitErr("SIGTERM: stopping");
        assertEquals(BY_SECOND_SIGNAL, endedBySigterm(intercept), program.lastErr());
    }

    @Test
    void shouldEndByTheLimitWhileACaptureThreadHangsInAPoll() throws Exception {
        Process intercept = startHanging();
        Socket tunnel = program.network().call(() -> new Socket(InetAddress.getLoopbackAddress(), 36524));
        try (tunnel) {
            assertEquals(TOO_LATE, endedBySigterm(intercept), program.lastErr());
            assertTrue(program.lastErr().contains("did not stop within 8 s, ending now"), program.lastErr());
            assertTrue(program.lastErr().contains("] final total resp packs:0"), program.lastErr());
        }
    }
}
