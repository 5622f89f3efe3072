package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.ExitCode;
import dev.intercept.endtoend.InstalledProgram.Result;
import dev.intercept.kit.ThrowingRunnable;
import dev.intercept.kit.TunnelClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The daemon over the kernel's real NFQUEUE: start, second start, kill, signals. */
class DaemonIT extends ProgramInANetwork {

    private static final InetSocketAddress TUNNELS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 36524);

    private Path log;
    private Path pidFile;

    @BeforeEach
    void nameFiles() {
        log = directory.resolve("intercept.log");
        pidFile = directory.resolve("intercept.pid");
    }

    private Result startDaemon(String... more) throws Exception {
        String[] arguments = {"-d", "--backend=nfqueue", "-l", log.toString(), "-P", pidFile.toString()};
        String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return program.run(all);
    }

    private ProcessHandle startedDaemon() throws Exception {
        Result start = startDaemon();
        assertEquals(0, start.exitCode(), start.err());
        return program.daemon(pidFile);
    }

    private void end(ProcessHandle daemon, boolean byForce) throws Exception {
        boolean isAsked = byForce ? daemon.destroyForcibly() : daemon.destroy();
        assertTrue(isAsked);
        daemon.onExit().get(InstalledProgram.PATIENCE_S, TimeUnit.SECONDS);
    }

    /** Waits for a line that another process writes. */
    private void awaitLog(String text) throws Exception {
        InstalledProgram.awaitText(log, text);
    }

    private void withTunnel(ThrowingRunnable work) throws Exception {
        TunnelClient tunnel = program.network().call(() -> TunnelClient.connect(TUNNELS));
        awaitLog("tunnel 1 from");
        work.run();
        tunnel.close();
    }

    @Test
    void shouldReturnWhenItListensAndCapturesAndSayWhereItIs() throws Exception {
        Result start = startDaemon();
        ProcessHandle daemon = program.daemon(pidFile);
        assertEquals(0, start.exitCode());
        assertEquals("intercept runs as process " + daemon.pid() + " and logs to " + log + "\n", start.out());
        assertEquals("", start.err());
        assertTrue(Files.readString(log).contains("capturing with nfqueue (nfqueue:0)"));
        program.network().run(() -> TunnelClient.connect(TUNNELS).close());
    }

    @Test
    void shouldStartAgainAtOnceAfterKill9() throws Exception {
        ProcessHandle first = startedDaemon();
        withTunnel(() -> {
            end(first, true);
            assertTrue(Files.exists(pidFile));
            assertTrue(first.pid() != startedDaemon().pid());
        });
    }

    @Test
    void shouldNameTheProcessThatHasThePort() throws Exception {
        ProcessHandle first = startedDaemon();
        Path otherPidFile = directory.resolve("other.pid");
        Result second = startDaemon("--queue=1", "-P", otherPidFile.toString());
        assertEquals(ExitCode.OS_REFUSED.code(), second.exitCode());
        assertEquals("", second.out());
        assertEquals(
                "intercept: cannot listen on all addresses, port 36524: Address already in use; choose another with -p"
                        + " or -b, or stop what holds it (process " + first.pid() + " (intercept) listens there)\n",
                second.err());
        assertFalse(Files.exists(otherPidFile));
    }

    @Test
    void shouldNameTheProcessThatHasTheQueue() throws Exception {
        ProcessHandle first = startedDaemon();
        Result second =
                startDaemon("-p", "36525", "-P", directory.resolve("other.pid").toString());
        assertEquals(ExitCode.OS_REFUSED.code(), second.exitCode());
        assertTrue(second.err().startsWith("intercept: backend nfqueue: "), second.err());
        assertTrue(second.err().contains("queue 0"), second.err());
        assertTrue(second.err().contains(Long.toString(first.pid())), second.err());
        assertEquals(1, second.err().lines().count());
    }

    @Test
    void shouldNameTheProcessThatHasThePidFile() throws Exception {
        ProcessHandle first = startedDaemon();
        Result second = startDaemon("-p", "36525", "--queue=1");
        assertEquals(ExitCode.CANNOT_CREATE.code(), second.exitCode());
        assertEquals(
                "intercept: the PID file " + pidFile + " belongs to process " + first.pid()
                        + " (intercept), which is running; stop that one first, or give another file with -P\n",
                second.err());
        assertEquals(first.pid() + "\n", Files.readString(pidFile));
    }

    @Test
    void shouldSayAtTheTerminalWhyTheDaemonCannotStart() throws Exception {
        Result start = startDaemon("--backend=nfqueue", "--copy-range=none");
        assertEquals(ExitCode.USAGE.code(), start.exitCode());
        assertEquals("", start.out());
        assertTrue(start.err().startsWith("intercept: backend nfqueue: --copy-range none: "), start.err());
        assertFalse(Files.exists(pidFile));
    }

    @Test
    void shouldSayThatTheLogCannotBeWritten() throws Exception {
        Result start = startDaemon("-l", "/proc/no/intercept.log");
        assertEquals(ExitCode.CANNOT_CREATE.code(), start.exitCode());
        assertEquals(
                "intercept: cannot write the log file /proc/no/intercept.log (No such file or directory); give a file"
                        + " in a directory that you may write to with -l\n",
                start.err());
    }

    @Test
    void shouldOpenTheLogAnewAtSighup() throws Exception {
        ProcessHandle daemon = startedDaemon();
        Path rotated = directory.resolve("intercept.log.1");
        Files.move(log, rotated);
        program.network().exec("sh", "-c", "kill -HUP " + daemon.pid());
        awaitLog("[info] log reopened");
        assertTrue(Files.readString(rotated).contains("capturing with"));
        assertTrue(daemon.isAlive());
    }

    @Test
    void shouldGoOnAtSighupWithoutALogFileAndWithoutATerminal() throws Exception {
        Process service = program.startCommand(List.of("sh", "-c", "exec setsid \"$INTERCEPT\" --backend=nfqueue"));
        program.awaitErr("listening on");
        program.network().exec("sh", "-c", "kill -HUP " + service.pid());
        program.awaitErr("SIGHUP: there is no log file to reopen, going on");
        assertTrue(service.isAlive());
    }

    @Test
    void shouldEndInOrderAtSigtermAndSayThatTcpcopyComesFirst() throws Exception {
        ProcessHandle daemon = startedDaemon();
        withTunnel(() -> end(daemon, false));
        String text = Files.readString(log);
        assertTrue(text.contains("[info] SIGTERM: stopping\n"), text);
        assertTrue(text.contains("still open: stop tcpcopy before intercept"), text);
        assertTrue(text.contains("[info] final total resp packs:0"), text);
        assertFalse(Files.exists(pidFile));
    }

    @Test
    void shouldEndTheForegroundProcessWithCode0AtSigtermAndSigint() throws Exception {
        for (String signal : new String[] {"TERM", "INT"}) {
            Process process = program.startForeground("--backend=nfqueue", "-l", log.toString());
            awaitLog("capturing with");
            program.network().exec("sh", "-c", "kill -" + signal + " " + process.pid());
            assertTrue(process.waitFor(InstalledProgram.PATIENCE_S, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue(), signal);
            assertTrue(Files.readString(log).contains("SIG" + signal + ": stopping"));
            Files.delete(log);
        }
    }

    @Test
    void shouldSayInOneShortLineWhyItDoesNotUseIpQueueAndWarnOfNothing() throws Exception {
        Process process = program.startForeground("-b", "127.0.0.1", "-l", log.toString());
        awaitLog("capturing with nfqueue");
        process.destroy();
        assertTrue(process.waitFor(InstalledProgram.PATIENCE_S, TimeUnit.SECONDS));
        List<String> lines = Files.readAllLines(log);
        List<String> reasons = lines.stream()
                .filter(line -> line.contains("ip_queue") || line.contains("ipqueue"))
                .toList();
        assertEquals(1, reasons.size(), lines.toString());
        assertTrue(reasons.get(0).contains("[info] backend nfqueue"), lines.toString());
        assertTrue(reasons.get(0).length() <= 100, lines.toString());
        assertTrue(lines.stream().noneMatch(line -> line.contains("[warn]")), lines.toString());
    }
}
