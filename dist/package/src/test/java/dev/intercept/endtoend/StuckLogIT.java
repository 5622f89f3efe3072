package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.Await;
import dev.intercept.kit.Commands;
import dev.intercept.kit.TunnelClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The program whose log nobody reads: a pipe that is full before its first line, fifo(7). */
class StuckLogIT extends ProgramInANetwork {

    private static final InetSocketAddress TUNNELS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 36524);

    private Path fifo;

    @BeforeEach
    void makeAFullPipe() throws IOException {
        fifo = directory.resolve("fifo");
        Commands.exec("mkfifo", fifo.toString());
    }

    /** Held open by the process itself, so that it is full for as long as that lives. */
    private Process start(String redirection, String arguments) throws Exception {
        String fill = "exec 3<>fifo; dd if=/dev/zero of=/proc/self/fd/3 oflag=nonblock bs=4096 2>dd.log || :; ";
        return program.startCommand(List.of(
                "sh",
                "-c",
                fill + "exec \"$INTERCEPT\" --backend=nfqueue --stats-interval=1 " + arguments + redirection));
    }

    /** It answers nothing by itself, so what it does is seen by connecting and by how it ends. */
    private TunnelClient connect() throws Exception {
        TunnelClient[] connected = new TunnelClient[1];
        Await.until("the port that it listens on", () -> {
            try {
                connected[0] = program.network().call(() -> TunnelClient.connect(TUNNELS));
                return true;
            } catch (IOException e) {
                return false;
            }
        });
        return connected[0];
    }

    private void shouldServeAndStop(Process intercept) throws Exception {
        connect().close();
        intercept.destroy();
        assertTrue(intercept.waitFor(InstalledProgram.PATIENCE_S, TimeUnit.SECONDS), "SIGTERM is ignored");
        assertEquals(0, intercept.exitValue(), "0: stopped in order, 70: by the limit of 10 s");
    }

    @Test
    void shouldServeAndStopWhenNobodyReadsStderr() throws Exception {
        shouldServeAndStop(start("2>&3", ""));
    }

    @Test
    void shouldStartWithALogThatIsAPipeWithoutAReader() throws Exception {
        shouldServeAndStop(start("", "-l fifo "));
    }
}
