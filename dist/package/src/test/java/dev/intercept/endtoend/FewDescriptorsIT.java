package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.ExitCode;
import dev.intercept.endtoend.InstalledProgram.Result;
import dev.intercept.kit.TunnelClient;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The built program under a limit of open files, {@code ulimit -n}. */
class FewDescriptorsIT extends ProgramInANetwork {

    private static final int LEAST = 128;
    private static final InetSocketAddress TUNNELS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 36524);

    private static final URI HEALTH = URI.create("http://127.0.0.1:9099/healthz");

    private static List<String> limited(int files, String arguments) {
        return List.of("sh", "-c", "ulimit -n " + files + "; exec \"$INTERCEPT\" " + arguments);
    }

    @Test
    void shouldSayInOneLineThatTheLimitIsTooLowToStart() throws Exception {
        for (int files : new int[] {40, LEAST - 1}) {
            Result result = program.runCommand(limited(files, "--backend=nfqueue"));
            assertEquals(ExitCode.OS_REFUSED.code(), result.exitCode(), result.err());
            assertEquals(
                    "intercept: the limit of open files is " + files
                            + ", 128 and one for each tunnel are needed; do: ulimit -n 1024  # LimitNOFILE= in a unit\n",
                    result.err());
        }
    }

    @Test
    void shouldLeaveTheMetricsServerItsDescriptorsWhateverTunnelsAreOpened() throws Exception {
        Process process = program.startCommand(limited(LEAST, "--backend=nfqueue --metrics=9099"));
        program.awaitErr("metrics and a page on");
        List<TunnelClient> crowd = new ArrayList<>();
        for (int i = 0; i < LEAST; i++) {
            crowd.add(program.network().call(() -> TunnelClient.connect(TUNNELS)));
        }
        assertTrue(program.lastErr().contains("the limit of open files, 128, leaves room for "), program.lastErr());
        program.awaitErr(" are open"); // What is too many is refused, so that there are descriptors for others.
        assertEquals(
                200,
                program.network().call(() -> ((HttpURLConnection) HEALTH.toURL().openConnection()).getResponseCode()));
        for (TunnelClient tunnel : crowd) {
            tunnel.close();
        }
        program.network().exec("sh", "-c", "kill -TERM " + process.pid());
        assertTrue(process.waitFor(InstalledProgram.PATIENCE_S, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), program.lastErr());
        assertFalse(program.lastErr().contains("\tat "), program.lastErr());
    }
}
