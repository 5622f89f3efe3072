package dev.intercept.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole program on the real kernel: what passes, and that everything that should fail does. */
@Timeout(180)
class SelftestIT {

    private static final int EXIT_S = 30;

    /** Enough to be still in progress when something happens after the first quarter. */
    private static final String MANY = "--requests=20000";

    /** Not that nothing was sent again: on a busy machine the client's time for an answer may be up. */
    private static final String LOST_NOTHING = "; without a route 0, dropped for lack of room 0";

    private static void assertPassed(SelftestRun run, int requests) throws Exception {
        assertEquals(0, run.awaitEnd(), run::toString);
        String served = requests + " of " + requests + " requests by the HTTP server, each once";
        assertTrue(run.line("  served").contains(served), run::toString);
        assertTrue(
                run.line("  kernel").matches("  kernel +(dropped 0 .*|what it dropped cannot be seen.*)"),
                run::toString);
        assertTrue(run.line("PASSED in ").endsWith("does the job on this machine"), run::toString);
    }

    private static void assertFailed(SelftestRun run, String failure) throws Exception {
        assertEquals(1, run.awaitEnd(), run::toString);
        assertTrue(run.line("FAILED at the step").startsWith("FAILED at the step " + failure), run::toString);
        assertTrue(run.line("What to do next: ").length() > 30, run::toString);
    }

    private static void assertEnds(ProcessHandle process) throws Exception {
        process.onExit().get(EXIT_S, TimeUnit.SECONDS);
    }

    /** The namespace stands for a host: one that is its own, with a filter that the test has to switch off. */
    @Test
    void shouldChangeBackWhatItChangedOnAHostThatItIsAskedToTest() throws Exception {
        String script = """
                ip link set lo up
                echo 1 >/proc/sys/net/ipv4/conf/all/rp_filter
                iptables -A OUTPUT -p udp -j ACCEPT
                before=$(ip -o link; ip route; iptables -S OUTPUT; cat /proc/sys/net/ipv4/conf/*/rp_filter)
                "$0" selftest --inside --backend=nfqueue --requests=50
                code=$?
                after=$(ip -o link; ip route; iptables -S OUTPUT; cat /proc/sys/net/ipv4/conf/*/rp_filter)
                [ "$before" = "$after" ] && echo "all is as before" || echo "left: $after"
                exit $code
                """;
        String launcher = SelftestRun.INSTALLATION.resolve("bin/intercept").toString();
        try (SelftestRun run = SelftestRun.of(List.of("unshare", "-n", "sh", "-c", script, launcher))) {
            assertPassed(run, 50);
            assertTrue(
                    run.line("intercept selftest: ")
                            .contains("the test runs on this host itself: it adds the devices target0 and wire0"),
                    run::toString);
            assertEquals("all is as before", run.line("all is"), run::toString);
        }
    }

    /** Which is nfqueue, on a kernel without ip_queue, with the rule of the man page. */
    @Test
    void shouldServeEveryRequestWithTheBackendThatInterceptChooses() throws Exception {
        try (SelftestRun run = SelftestRun.start()) {
            assertPassed(run, 200);
            assertTrue(run.line("  rule").endsWith("-j QUEUE"), run::toString);
            assertTrue(run.line("  escaped").contains("0 answers left for the clients"), run::toString);
            assertFalse(run.line("  forwarded").contains("parked 0"), run::toString);
        }
    }

    @Test
    void shouldServeEveryRequestToAnOldTcpcopyOverTwoQueues() throws Exception {
        try (SelftestRun run = SelftestRun.start(
                "--backend=nfqueue", "--generation=0.8", "--tunnels=3", "--", "--queue=0:1", "--gso=off")) {
            assertPassed(run, 200);
            assertTrue(run.line("  rule").contains("--queue-balance 0:1"), run::toString);
        }
    }

    @Test
    void shouldServeEveryRequestOverNflogWhereTheRulesDecide() throws Exception {
        try (SelftestRun run = SelftestRun.start("--backend=nflog", "--", "--nflog-group=5")) {
            assertPassed(run, 200);
            assertTrue(run.line("  rule").contains("-j NFLOG --nflog-group 5 "), run::toString);
            assertTrue(run.line("  forwarded").contains(LOST_NOTHING), run::toString);
            assertTrue(run.line("  escaped").contains("0 answers left for the clients"), run::toString);
        }
    }

    @Test
    void shouldServeEveryRequestOverEbpfWhereAProgramOfTheKernelDecides() throws Exception {
        try (SelftestRun run = SelftestRun.start("--backend=ebpf", "--requests=2000")) {
            assertPassed(run, 2000);
            assertTrue(run.line("  rule").endsWith("none needed"), run::toString);
            assertTrue(run.line("  forwarded").contains(LOST_NOTHING), run::toString);
            assertTrue(run.line("  escaped").contains("0 answers left for the clients"), run::toString);
        }
    }

    /** Also where the SYN/ACK is before its route, which the kernel then does not know yet. */
    @Test
    void shouldServeEveryRequestOverEbpfThatStopsOnlyWhatIsReplayed() throws Exception {
        try (SelftestRun run =
                SelftestRun.start("--backend=ebpf", "--requests=500", "--", "--stop=replayed", "--hold-ms=30000")) {
            assertPassed(run, 500);
            assertTrue(run.line("  escaped").contains("0 answers left for the clients"), run::toString);
            assertFalse(run.line("  forwarded").contains("parked 0"), run::toString);
        }
    }

    @Test
    void shouldServeEveryRequestOverPcap() throws Exception {
        try (SelftestRun run = SelftestRun.start("--backend=pcap")) {
            assertPassed(run, 200);
            assertTrue(run.line("  rule").endsWith("none needed"), run::toString);
            assertTrue(run.line("  escaped").startsWith("  escaped    0; "), run::toString);
        }
    }

    /** The test brings it what it sees leave the target. */
    @Test
    void shouldServeEveryRequestOverAPluginThatTakesPackets() throws Exception {
        try (SelftestRun run = SelftestRun.start(
                "--backend=hexfile", "--", "--plugin-path=" + Path.of("target/it/example-backend/target"))) {
            assertPassed(run, 200);
            assertTrue(run.line("  rule").endsWith("none needed"), run::toString);
        }
    }

    @Test
    void shouldServeEveryRequestOverAPluginThatBringsItsRules(@TempDir Path plugins) throws Exception {
        SelftestPlugins.ruled(plugins.resolve("mirror.jar"));
        try (SelftestRun run = SelftestRun.start("--backend=mirror", "--", "--plugin-path=" + plugins)) {
            assertPassed(run, 200);
            assertTrue(run.line("  rule").contains("-j NFQUEUE --queue-num 4711"), run::toString);
            assertTrue(run.line("  escaped").contains("0 answers left for the clients"), run::toString);
        }
    }

    @Test
    void shouldSayWhatAPluginLacksForASelftest(@TempDir Path plugins) throws Exception {
        SelftestPlugins.bare(plugins.resolve("bare.jar"));
        try (SelftestRun run = SelftestRun.start("--backend=bare", "--", "--plugin-path=" + plugins)) {
            assertEquals(64, run.awaitEnd(), run::toString);
            assertTrue(
                    run.line("FAILED at the step")
                            .contains("backend bare brings no rules, takes no device and no packets of the test"),
                    run::toString);
        }
    }

    @Test
    void shouldFailWhenTheRuleIsNotInForce(@TempDir Path directory) throws Exception {
        Path tool = directory.resolve("iptables");
        Files.writeString(tool, "#!/bin/sh\nexit 0\n");
        Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (SelftestRun run = SelftestRun.startWithPath(directory.toString(), "--backend=nfqueue")) {
            assertFailed(run, "\"replay\": ");
            assertTrue(run.line("FAILED").contains(" escaped to the clients (seen on wire0); "), run::toString);
            assertTrue(run.line("What to do next").contains("the rule is not in force"), run::toString);
        }
    }

    @Test
    void shouldFailWhenInterceptIsKilled() throws Exception {
        try (SelftestRun run = SelftestRun.start("--backend=nfqueue", MANY)) {
            ProcessHandle daemon = run.awaitDaemon();
            run.awaitLine("answered");
            daemon.destroyForcibly();
            assertFailed(run, "\"replay\": intercept ended with signal 9 while requests were replayed; ");
        }
    }

    @Test
    void shouldFailWhenTimeIsUp() throws Exception {
        try (SelftestRun run = SelftestRun.start("--backend=nfqueue", MANY, "--deadline-s=3")) {
            run.awaitEnd();
            assertTrue(run.line("What to do next: ").contains("--deadline-s"), run::toString);
        }
    }

    @Test
    void shouldPassOnWhyInterceptRefused() throws Exception {
        try (SelftestRun run = SelftestRun.start("--backend=nfqueue", "--", "--copy-range=-5")) {
            assertEquals(64, run.awaitEnd(), run::toString);
            assertTrue(run.line("FAILED at the step").contains("\"intercept\": it ended with exit code 64"));
            assertTrue(run.toString().contains("--copy-range"), run::toString);
        }
    }

    @Test
    void shouldLeaveNoProcessBehindWhenItIsEnded() throws Exception {
        try (SelftestRun run = SelftestRun.start("--backend=nfqueue", MANY)) {
            ProcessHandle daemon = run.awaitDaemon();
            run.handle().destroy();
            assertEnds(daemon);
            assertEnds(run.handle());
        }
    }

    @Test
    void shouldLeaveNoProcessBehindWhenItIsKilled() throws Exception {
        try (SelftestRun run = SelftestRun.start("--backend=nfqueue", MANY)) {
            ProcessHandle daemon = run.awaitDaemon();
            run.handle().destroyForcibly();
            assertEnds(daemon);
        }
    }

    /** Where ordinary users may have no namespaces, it must say so. */
    @Test
    void shouldWorkForAnOrdinaryUserOrSayWhatForbidsIt() throws Exception {
        Path copy = Files.createTempDirectory("intercept-selftest-it");
        try {
            Commands.exec("cp", "-r", SelftestRun.INSTALLATION.toString(), copy.toString());
            Commands.exec("chmod", "-R", "a+rX", copy.toString());
            try (SelftestRun run = SelftestRun.of(asNobody(copy))) {
                if (run.awaitEnd() == 77) {
                    assertTrue(run.line("What to do next: ").contains("unprivileged_userns_clone"), run::toString);
                } else {
                    assertPassed(run, 50);
                }
            }
        } finally {
            Commands.exec("rm", "-rf", copy.toString());
        }
    }

    private static List<String> asNobody(Path copy) throws IOException {
        String program =
                copy.resolve("intercept").resolve("bin").resolve("intercept").toString();
        return List.of(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "env",
                "HOME=/nonexistent",
                program,
                "selftest",
                "--backend=nfqueue",
                "--requests=50");
    }
}
