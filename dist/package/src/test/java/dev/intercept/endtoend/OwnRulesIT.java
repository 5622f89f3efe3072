package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.endtoend.InstalledProgram.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The built program with {@code --install-rules}, and the rules of its network namespace. */
class OwnRulesIT extends ProgramInANetwork {

    private static final String RULE = "-A OUTPUT -p tcp -m tcp --sport 8080 -j NFQUEUE --queue-num 0";

    /** In a mount namespace of its own: the program looks for tools beyond PATH too. */
    private static final String WITHOUT_IPTABLES = """
            : > none
            for each in /usr/sbin/*tables*; do mount --bind none "$each"; done
            """;

    private Path log;
    private Path pidFile;

    @BeforeEach
    void nameFiles() {
        log = directory.resolve("intercept.log");
        pidFile = directory.resolve("intercept.pid");
    }

    private ProcessHandle startDaemon() throws Exception {
        Result start = program.run(
                "-d", "--backend=nfqueue", "-l", log.toString(), "-P", pidFile.toString(), "--install-rules=8080,8081");
        assertEquals(0, start.exitCode(), start.err());
        return program.daemon(pidFile);
    }

    private static void end(ProcessHandle daemon, boolean byForce) throws Exception {
        assertTrue(byForce ? daemon.destroyForcibly() : daemon.destroy());
        daemon.onExit().get(InstalledProgram.PATIENCE_S, TimeUnit.SECONDS);
    }

    private List<String> rules() throws Exception {
        return program.network()
                .exec("iptables", "-S", "OUTPUT")
                .lines()
                .filter(line -> line.startsWith("-A "))
                .toList();
    }

    @Test
    void shouldHaveItsRulesInForceWhileItRuns() throws Exception {
        ProcessHandle daemon = startDaemon();
        List<String> running = rules();
        end(daemon, false);
        assertEquals(List.of(RULE.replace("8080", "8081"), RULE), running);
        assertEquals(List.of(), rules(), Files.readString(log));
        String printed =
                program.run("rules", "--backend=nfqueue", "--port=8080").out();
        assertTrue(Files.readString(log).contains("rules: " + printed.strip()), Files.readString(log));
    }

    @Test
    void shouldLeaveTheRulesOfAProcessThatDiesToTheNextStart() throws Exception {
        end(startDaemon(), true);
        List<String> left = rules();
        assertEquals(2, left.size(), left.toString());
        ProcessHandle next = startDaemon();
        assertEquals(left, rules());
        assertTrue(Files.readString(log).contains("rules for port 8080 are there already"), Files.readString(log));
        end(next, false);
        assertEquals(List.of(), rules());
    }

    @Test
    void shouldRefuseABackendThatNeedsNoRules() throws Exception {
        Result start = program.run("--backend=pcap", "--interface=lo", "--install-rules=8080");
        assertEquals(64, start.exitCode(), start.err());
        assertTrue(
                start.err().contains("--install-rules: backend pcap needs no rules here; leave --install-rules out"),
                start.err());
    }

    @Test
    void shouldRefuseToBecomeAUserWhoCannotRemoveThem() throws Exception {
        Result start = program.run("--backend=nfqueue", "--user=nobody", "--install-rules=8080");
        assertEquals(64, start.exitCode(), start.err());
        assertTrue(start.err().startsWith("intercept: --install-rules with --user nobody: "), start.err());
        assertFalse(start.err().contains("listening"), start.err());
    }

    /** Whether this kernel takes them too depends on its having nft's queue statement. */
    @Test
    void shouldPrintTheRulesOfNftWhereThereIsNoIptables() throws Exception {
        String script = WITHOUT_IPTABLES + "exec \"$INTERCEPT\" rules --backend=nfqueue --target-port=8080";
        Result run = program.runCommand(List.of("unshare", "-m", "sh", "-ec", script));
        assertEquals(
                "nft 'add table ip intercept; add chain ip intercept output { type filter hook output priority -20; };"
                        + " insert rule ip intercept output tcp sport 8080 queue num 0"
                        + " comment \"tcp sport 8080 queue num 0\"'\n",
                run.out(),
                run.err());
    }
}
