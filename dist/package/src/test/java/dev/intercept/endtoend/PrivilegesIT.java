package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.ExitCode;
import dev.intercept.daemon.NotifyReceiver;
import dev.intercept.endtoend.InstalledProgram.Result;
import dev.intercept.kit.TestNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** As whom the built program runs, what it may do then, and what it reports to the service manager. */
class PrivilegesIT extends ProgramInANetwork {

    private static final String NOBODY = "65534";
    private static final String NONE = "0000000000000000";

    /** CAP_NET_ADMIN and CAP_NET_RAW. */
    private static final String BOTH = "0000000000003000";

    /** CAP_BPF too. */
    private static final String OF_SERVICE = "0000008000003000";

    /** The systemd unit's user, capabilities and privileges, but for names of users. */
    private static final List<String> AS_SERVICE = List.of(
            "setpriv",
            "--reuid=" + NOBODY,
            "--regid=" + NOBODY,
            "--clear-groups",
            "--inh-caps=+bpf,+net_admin,+net_raw",
            "--ambient-caps=+bpf,+net_admin,+net_raw",
            "--bounding-set=-all,+bpf,+net_admin,+net_raw",
            "--no-new-privs");

    @BeforeEach
    void letEveryoneWrite() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    /** A field of every thread's status in proc(5), behind the thread's name. */
    private static List<String> ofThreads(Process process, String field) throws IOException {
        List<String> values = new ArrayList<>();
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
            for (Path thread : threads.toList()) {
                String status = Files.readString(thread.resolve("status"));
                values.add(line(status, "Name") + ": " + line(status, field));
            }
        }
        return values;
    }

    private static String line(String status, String field) {
        return status.lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1).strip().replace('\t', ' '))
                .findFirst()
                .orElseThrow();
    }

    private static String valueOf(List<String> values, String threadName) {
        return values.stream()
                .filter(value -> value.startsWith(threadName))
                .map(value -> value.substring(value.indexOf(": ") + 2))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no thread " + threadName + " in " + values));
    }

    @Test
    void shouldGoOnAsTheUserWithTwoCapabilitiesOnTheThreadsThatNeedThem() throws Exception {
        Path log = directory.resolve("intercept.log");
        Process process = program.startForeground("--backend=nfqueue", "--user=nobody", "-l", log.toString());
        InstalledProgram.awaitText(log, "listening on");
        for (String ids : ofThreads(process, "Uid")) {
            assertTrue(ids.endsWith(": " + String.join(" ", NOBODY, NOBODY, NOBODY, NOBODY)), ids);
        }
        for (String field : List.of("CapEff", "CapPrm")) {
            List<String> capabilities = ofThreads(process, field);
            assertEquals(BOTH, valueOf(capabilities, "capture nfqueue"), field);
            capabilities.forEach(
                    each -> assertTrue(each.endsWith(": " + BOTH) || each.endsWith(": " + NONE), field + " " + each));
        }
        for (String bound : ofThreads(process, "CapBnd")) {
            assertTrue(bound.endsWith(": " + BOTH), bound);
        }
        for (String barred : ofThreads(process, "NoNewPrivs")) {
            assertTrue(barred.endsWith(": 1"), barred);
        }
        assertTrue(Files.readString(log).contains("goes on as user nobody (65534) with CAP_NET_ADMIN and CAP_NET_RAW"));
        assertEquals("nobody", Files.getOwner(log).getName(), "SIGHUP reopens it");
        process.destroy();
        assertTrue(process.waitFor(InstalledProgram.PATIENCE_S, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), Files.readString(log));
    }

    @Test
    void shouldKeepWhatItsBackendNeedsToOpenItsSourceAgain() throws Exception {
        program.network().run(TestNetwork::layOut);
        Path log = directory.resolve("intercept.log");
        Process process =
                program.startForeground("--backend=ebpf", "--target-ports=8080", "--user=nobody", "-l", log.toString());
        InstalledProgram.awaitText(log, "listening on");
        for (String field : List.of("CapEff", "CapPrm")) {
            assertEquals(OF_SERVICE, valueOf(ofThreads(process, field), "capture ebpf"), field);
        }
        process.destroy();
        assertTrue(process.waitFor(InstalledProgram.PATIENCE_S, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), Files.readString(log));
    }

    @Test
    void shouldDecideVerdictsAfterItHasGivenUpItsPrivileges() throws Exception {
        Result result = program.run("selftest", "--backend=nfqueue", "--requests=20", "--", "--user=nobody");
        assertEquals(0, result.exitCode(), result.out() + result.err());
    }

    @Test
    void shouldTryWhatMayFailBeforeAnythingIsChanged() throws Exception {
        Path log = directory.resolve("intercept.log");
        Result noSocket =
                program.run("--backend=nfqueue", "--user=nobody", "-l", log.toString(), "--socket=/proc/none/s");
        assertEquals(ExitCode.CANNOT_CREATE.code(), noSocket.exitCode(), noSocket.err());
        assertTrue(
                noSocket.err().contains("cannot open the status socket: /proc/none/s: No such file"), noSocket.err());
        Result noAddress =
                program.run("--backend=nfqueue", "--user=nobody", "-l", log.toString(), "--metrics=192.0.2.1:9");
        assertEquals(ExitCode.OS_REFUSED.code(), noAddress.exitCode(), noAddress.err());
        assertTrue(noAddress.err().contains("cannot serve metrics on 192.0.2.1 port 9"), noAddress.err());
        assertEquals("root", Files.getOwner(log).getName());
        assertFalse(Files.readString(log).contains("goes on as user"), "privileges are given up last");
    }

    @Test
    void shouldOpenWithRootsPrivilegesWhatTheUserMayNotMakeWhateverTheUmask() throws Exception {
        Path ofRoot = Files.createDirectory(directory.resolve("root"));
        Files.setPosixFilePermissions(ofRoot, PosixFilePermissions.fromString("rwx--x--x"));
        Path log = ofRoot.resolve("log");
        Path pid = ofRoot.resolve("pid");
        Path socket = ofRoot.resolve("socket");
        String start = "umask 077; \"$INTERCEPT\" -d --backend=nfqueue --user=nobody --metrics=127.0.0.1:99 -l " + log
                + " -P " + pid + " --socket " + socket;
        Result result = program.runCommand(List.of("sh", "-c", start));
        assertEquals(0, result.exitCode(), result.err());
        ProcessHandle daemon = program.daemon(pid);
        assertEquals("nobody rw-r-----", ownerAndMode(log));
        assertEquals("nobody rw-r--r--", ownerAndMode(pid));
        assertEquals("nobody rw-------", ownerAndMode(socket));
        Result status = program.runCommand(List.of("sh", "-c", "\"$INTERCEPT\" status --socket " + socket));
        assertTrue(status.out().contains("(process " + daemon.pid() + ", "), status.out() + status.err());
        daemon.destroy();
        daemon.onExit().get(InstalledProgram.PATIENCE_S, TimeUnit.SECONDS);
        assertEquals("", Files.readString(pid), "a number that is another's soon");
    }

    private static String ownerAndMode(Path file) throws IOException {
        return Files.getOwner(file).getName() + " "
                + PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void shouldFollowNoLinkWhereOthersMayPutOne() throws Exception {
        Path victim = Files.writeString(directory.resolve("victim"), "precious");
        for (String option : List.of("-l", "-P")) {
            Path link = Files.createSymbolicLink(directory.resolve("link" + option), victim);
            Result result = program.run("-d", "--backend=nfqueue", "--user=nobody", option, link.toString());
            assertEquals(ExitCode.CANNOT_CREATE.code(), result.exitCode(), result.err());
            assertTrue(
                    result.err().contains(link + " is a symbolic link in a directory where others may put one"),
                    result.err());
            assertEquals(1, result.err().lines().count(), result.err());
        }
        assertEquals("precious", Files.readString(victim));
        assertEquals("root", Files.getOwner(victim).getName());
    }

    @Test
    void shouldLetNoOtherProcessOfTheUserAttach() throws Exception {
        Process process = program.startForeground("--backend=nfqueue", "--user=nobody");
        program.awaitErr("listening on");
        // As jcmd asks for it: a process that attaches is served then, and one that does not print its threads is about
        // to serve.
        Path request = Files.createFile(Path.of("/proc/" + process.pid() + "/cwd/.attach_pid" + process.pid()));
        Files.setAttribute(request, "unix:uid", Integer.valueOf(NOBODY));
        program.network().exec("sh", "-c", "kill -QUIT " + process.pid());
        program.awaitOut("Full thread dump");
        assertFalse(Files.exists(Path.of("/tmp/.java_pid" + process.pid())));
    }

    @Test
    void shouldSayWhichThreadsCouldGainPrivilegesWhereSetprivIsMissing() throws Exception {
        Path broken = Files.writeString(directory.resolve("setpriv"), "#!/bin/sh\nexit 127\n");
        Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rwxr-xr-x"));
        program.startCommand(List.of(
                "sh", "-c", "PATH=" + directory + ":$PATH exec \"$INTERCEPT\" --backend=nfqueue --user=nobody"));
        program.awaitErr("threads of the Java runtime could gain privileges");
    }

    @Test
    void shouldRefuseAUserWhoDoesNotExist() throws Exception {
        Result result = program.run("--backend=nfqueue", "--user=nobody-at-all");
        assertEquals(ExitCode.USAGE.code(), result.exitCode(), result.err());
        assertTrue(result.err().contains("--user nobody-at-all: there is no such user"), result.err());
    }

    private static List<String> asOrdinaryUser(String script) {
        return List.of(
                "setpriv",
                "--reuid=" + NOBODY,
                "--regid=" + NOBODY,
                "--clear-groups",
                "--inh-caps=-all",
                "sh",
                "-c",
                script);
    }

    @Test
    void shouldRefuseToBecomeAnotherUserWhenItIsNotRoots() throws Exception {
        Result result = program.runCommand(asOrdinaryUser("\"$INTERCEPT\" --backend=nfqueue --user=games"));
        assertEquals(ExitCode.NO_PERMISSION.code(), result.exitCode(), result.err());
        assertTrue(
                result.err()
                        .contains("--user games: only root can become another user; leave --user out, or start with"
                                + " sudo"),
                result.err());
    }

    @Test
    void shouldSayTheExactLineThatGivesAnOrdinaryUserWhatItTakes() throws Exception {
        Result refused = program.runCommand(asOrdinaryUser("\"$INTERCEPT\" --backend=nfqueue -p 40000"));
        assertEquals(ExitCode.NO_PERMISSION.code(), refused.exitCode(), refused.err());
        String command = refused.err()
                .lines()
                .filter(line -> line.startsWith("  sudo setpriv "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(refused.err()))
                .strip();
        assertTrue(command.endsWith(" --backend=nfqueue -p 40000"), command);
        // This process is root already, which is all that sudo is there for.
        Process process = program.startCommand(List.of("sh", "-c", "exec " + command.substring("sudo ".length())));
        program.awaitErr("listening on all addresses, port 40000");
        for (String capabilities : ofThreads(process, "CapBnd")) {
            assertTrue(capabilities.endsWith(": " + BOTH), capabilities);
        }
    }

    @Test
    void shouldReportItsStartItsLifeAndItsEndToTheServiceManager() throws Exception {
        String socket = directory.resolve("notify").toString();
        try (NotifyReceiver manager = new NotifyReceiver(socket, InstalledProgram.PATIENCE_S)) {
            Files.setPosixFilePermissions(Path.of(socket), PosixFilePermissions.fromString("rw-rw-rw-"));
            List<String> command = new ArrayList<>(AS_SERVICE);
            command.addAll(List.of(
                    "sh",
                    "-c",
                    "NOTIFY_SOCKET=" + socket + " WATCHDOG_USEC=4000000 WATCHDOG_PID=$$"
                            + " exec \"$INTERCEPT\" --backend=nfqueue"));
            Process process = program.startCommand(command);
            String ready = manager.awaitMessage("READY=1\n");
            assertTrue(ready.startsWith("READY=1\nSTATUS=nfqueue, 0 tunnels, "), ready);
            assertTrue(program.lastErr().contains("listening on"), "ready means that it listens and captures");
            manager.awaitMessage("WATCHDOG=1");
            manager.awaitMessage("WATCHDOG=1");
            process.destroy();
            manager.awaitMessage("STOPPING=1");
            assertTrue(process.waitFor(InstalledProgram.PATIENCE_S, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue(), program.lastErr());
        }
    }

    @Test
    void shouldCaptureAsTheServiceDoesWhereNothingMayBeExecutedFromTmp() throws Exception {
        String script = """
            set -e
            mount -t tmpfs tmpfs /mnt
            cp -r "$(dirname "$(dirname "$INTERCEPT")")" /mnt/intercept
            mount -t tmpfs -o noexec tmpfs /tmp
            mount -t tmpfs -o noexec tmpfs /run
            unset XDG_RUNTIME_DIR XDG_CACHE_HOME TMPDIR HOME
            cd /
            exec %s /mnt/intercept/bin/intercept --backend=nfqueue
            """.formatted(String.join(" ", AS_SERVICE));
        Process process = program.startCommand(List.of("unshare", "-m", "sh", "-c", script));
        program.awaitErr("listening on");
        for (String capabilities : ofThreads(process, "CapEff")) {
            assertTrue(capabilities.endsWith(": " + OF_SERVICE), capabilities);
        }
        assertFalse(program.lastErr().contains("\tat "), program.lastErr());
    }
}
