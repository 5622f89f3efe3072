package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A run of the built program ends at a signal, and says what it came to. */
class RunEndIT extends ProgramInANetwork {

    @Test
    void shouldEndAfterItsDurationWithASummaryInTheLogAndInTheFile() throws Exception {
        InstalledProgram.Result run = program.run("--backend=nfqueue", "--duration=1", "--summary=run.json");
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.err().contains("[info] --duration 1: stopping\n"), run.err());
        assertTrue(
                run.err()
                        .matches(
                                "(?s).*\\[info] summary: [0-9.]+ s with nfqueue, ended by --duration 1: 0 sessions,.*"),
                run.err());
        assertTrue(run.err().contains("[info] summary: lost: nothing\n"), run.err());
        String json = Files.readString(directory.resolve("run.json"));
        assertTrue(json.contains("\"end\": \"--duration 1\""), json);
        InstalledProgram.Result compared = program.run("compare", "run.json", "run.json");
        assertEquals(0, compared.exitCode(), compared.err());
    }

    @Test
    void shouldEndWithTheLastTcpcopyAndNotBeforeTheFirst() throws Exception {
        Process intercept = program.startForeground("--backend=nfqueue", "--end-with-tcpcopy");
        program.awaitErr("listening on");
        InetSocketAddress port = new InetSocketAddress(InetAddress.getLoopbackAddress(), 36524);
        program.network().call(() -> TunnelClient.connect(port)).close(); // It added nothing.
        try (TunnelClient tcpcopy = program.network().call(() -> TunnelClient.connect(port))) {
            tcpcopy.add(TestNetwork.client(1), 40000, TestNetwork.TARGET, 8080);
            program.awaitErr("tunnel 2 from ");
        }
        assertTrue(intercept.waitFor(InstalledProgram.PATIENCE_S, TimeUnit.SECONDS), "it goes on");
        assertEquals(0, intercept.exitValue(), program.lastErr());
        assertTrue(program.lastErr().contains(", ended by --end-with-tcpcopy: 1 sessions,"), program.lastErr());
    }

    @Test
    void shouldSayThatItWasSigterm() throws Exception {
        Process intercept = program.startForeground("--backend=nfqueue", "--summary=run.json");
        program.awaitErr("listening on");
        intercept.destroy();
        assertTrue(intercept.waitFor(InstalledProgram.PATIENCE_S, TimeUnit.SECONDS), "SIGTERM is ignored");
        assertTrue(Files.readString(directory.resolve("run.json")).contains("\"end\": \"SIGTERM\""));
    }

    @Test
    void shouldNotListenWhereTheSummaryCannotBeWritten() throws Exception {
        InstalledProgram.Result run = program.run("--backend=nfqueue", "--summary=none/run.json");
        assertEquals(73, run.exitCode());
        assertEquals(
                "intercept: cannot write the summary none/run.json: No such file or directory; name a file in a"
                        + " directory that you may write to with --summary\n",
                run.err());
    }

    @Test
    void shouldFailInOneLineWhenTheSummarysDirectoryHasGone() throws Exception {
        Path gone = Files.createDirectory(directory.resolve("gone"));
        Process intercept = program.startForeground("--backend=nfqueue", "--summary=gone/run.json");
        program.awaitErr("listening on");
        Files.delete(gone);
        intercept.destroy();
        assertTrue(intercept.waitFor(InstalledProgram.PATIENCE_S, TimeUnit.SECONDS), "SIGTERM is ignored");
        assertEquals(73, intercept.exitValue(), program.lastErr());
        assertTrue(
                program.lastErr().contains("[error] cannot write the summary gone/run.json: No such file"),
                program.lastErr());
        assertFalse(Files.exists(gone));
    }
}
