package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.ExitCode;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.kit.NetworkNamespace;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {

    private static final String REMEDY = "; do: iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num 0\n";

    @Test
    void shouldPrintWhatFailsBeforeWhatIsToBeWatchedAndAtTheEndHowManyThereAre() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.withTestNetwork()) {
            CommandRun run = namespace.call(() -> CommandRun.of("check", "--target-port=8080", "--client=192.0.2.1"));
            assertEquals(1, run.exitCode());
            assertEquals("", run.err());
            assertTrue(run.out().contains(REMEDY), run.out());
            List<String> lines = run.out().lines().toList();
            List<String> severities =
                    lines.stream().map(line -> line.substring(0, 4)).toList();
            List<String> findings = severities.subList(0, severities.size() - 1);
            assertEquals(findings.stream().sorted().toList(), findings, "FAIL, then INFO or WARN: " + run.out());
            assertTrue(findings.stream().noneMatch("OK  "::equals), run.out());
            String last = lines.get(lines.size() - 1);
            long failures = findings.stream().filter("FAIL"::equals).count();
            assertTrue(
                    last.matches(failures + " FAIL, \\d+ WARN, (\\d+ INFO, )?\\d+ OK \\(-v prints these too\\)"), last);
        }
    }

    @Test
    void shouldPrintWhatIsWellToWhoWantsToReadAll() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.withTestNetwork()) {
            CommandRun run = namespace.call(() -> CommandRun.of("check", "-v", "--target-port=8080"));
            run.out()
                    .lines()
                    .forEach(line -> assertTrue(
                            line.matches("(OK   |INFO |WARN |FAIL )[a-z-]+: .*|\\d+ FAIL, \\d+ WARN, .*\\d+ OK"),
                            line));
            assertTrue(run.out().contains("\nOK   port: port 36524 is free"), run.out());
            assertTrue(run.out().indexOf("FAIL ") < run.out().indexOf("OK   "), run.out());
        }
    }

    /** What a start says, and what check says of the same options. */
    private static void assertFailsAsTheStart(NetworkNamespace namespace, FindingId id, int exitCode, String... options)
            throws Exception {
        CommandRun started = namespace.call(() -> CommandRun.of(options));
        assertEquals(exitCode, started.exitCode(), started.err());
        String[] check = Stream.concat(Stream.of("check"), Stream.of(options)).toArray(String[]::new);
        CommandRun checked = namespace.call(() -> CommandRun.of(check));
        if (exitCode == ExitCode.USAGE.code()) {
            assertEquals(exitCode, checked.exitCode(), checked.out());
            assertEquals(
                    lastLine(started.err()), lastLine(checked.err()).replace("intercept check --", "intercept --"));
            return;
        }
        assertEquals(1, checked.exitCode(), checked.out());
        String words = "FAIL " + id.label() + lastLine(started.err()).replace("intercept: ", ": ");
        assertTrue(checked.out().contains(words), words + "\n" + checked.out());
    }

    private static String lastLine(String text) {
        return text.lines().filter(line -> line.startsWith("intercept: ")).reduce("", (first, second) -> second);
    }

    @Test
    void shouldFailWithTheWordsOfTheStartWhateverKeepsItFromStarting(@TempDir Path directory) throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.withTestNetwork();
                ServerSocket taken = namespace.call(() -> new ServerSocket(0))) {
            String port = Integer.toString(taken.getLocalPort());
            assertFailsAsTheStart(namespace, FindingId.PORT, 71, "--backend=nfqueue", "-p", port);
            assertFailsAsTheStart(namespace, FindingId.PORT, 71, "--backend=nfqueue", "-b", "10.9.8.7");
            assertFailsAsTheStart(namespace, FindingId.START, 73, "--backend=nfqueue", "-l", directory + "/none/log");
            assertFailsAsTheStart(namespace, FindingId.START, 71, "--backend=nfqueue", "--metrics", port);
            assertFailsAsTheStart(namespace, FindingId.BACKEND, 69, "--backend=ipqueue");
            assertFailsAsTheStart(namespace, FindingId.BACKEND, 69, "--backend=pcap", "-i", "none0");
            assertFailsAsTheStart(namespace, FindingId.BACKEND, 78, "--backend=pcap", "-F", "tcp and nonsense");
            assertFailsAsTheStart(
                    namespace, FindingId.PORT, 71, "--backend=ebpf", "--target-ports=80", "-b", "10.9.8.7");
            assertFailsAsTheStart(
                    namespace, FindingId.BACKEND, 69, "--backend=ebpf", "--target-ports=80", "-i", "none0");
            assertFailsAsTheStart(namespace, null, 64, "--backend=ebpf");
            assertFailsAsTheStart(namespace, null, 64, "--backend=ebpf", "--target-ports=80", "--ring-bytes=70000");
            assertFailsAsTheStart(namespace, null, 64, "--queue", "70000");
            assertFailsAsTheStart(namespace, null, 64, "--queue", "1", "-i", "eth0");
            assertFailsAsTheStart(namespace, null, 64, "-P", "pid");
        }
    }

    @Test
    void shouldNotAdviseToStartABackendThatCannotBeUsed() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.withTestNetwork()) {
            namespace.exec(
                    "iptables", "-I", "OUTPUT", "-p", "tcp", "--sport", "8080", "-j", "NFQUEUE", "--queue-num", "0");
            assertTrue(namespace.call(() -> CommandRun.of("check")).out().contains("WARN rule-no-listener: "));
            String out = namespace
                    .call(() -> CommandRun.of("check", "--backend=ipqueue"))
                    .out();
            assertTrue(out.contains("FAIL backend: "), out);
            assertFalse(out.contains("rule-no-listener"), out);
        }
    }

    @Test
    void shouldNameAJarThatHoldsNoBackend(@TempDir Path directory) throws Exception {
        Path jar = Files.writeString(directory.resolve("x.jar"), "no jar");
        CommandRun run = CommandRun.of("check", "--plugin-path", directory.toString());
        assertTrue(run.out().contains("WARN backend: " + jar + ": this is no jar, or a damaged one"), run.out());
    }

    @Test
    void shouldLeaveNothingBehindOfWhatItTried(@TempDir Path directory) throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.withTestNetwork()) {
            Path log = directory.resolve("log");
            for (int round = 0; round < 2; round++) {
                CommandRun run = namespace.call(
                        () -> CommandRun.of("check", "-v", "--backend=nfqueue", "-l", log.toString(), "-p", "4000"));
                assertTrue(run.out().contains("OK   port: port 4000 is free"), run.out());
                assertTrue(run.out().contains("OK   queue-owner: queue 0 is free"), run.out());
                assertFalse(run.out().contains("FAIL start"), run.out());
                assertFalse(Files.exists(log));
            }
        }
    }

    @Test
    void shouldPrintJson() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.withTestNetwork()) {
            CommandRun run = namespace.call(() -> CommandRun.of("check", "--json"));
            assertEquals(1, run.exitCode());
            assertTrue(
                    run.out().startsWith("[\n  {\n    \"id\": \"java-version\",\n    \"severity\": \"OK\""), run.out());
        }
    }

    @Test
    void shouldTakeTheOptionsOfAStart() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.withTestNetwork()) {
            CommandRun run = namespace.call(() -> CommandRun.of("check", "-v", "-p", "4000", "--allow=10.0.0.0/8"));
            assertTrue(run.out().contains("OK   port: port 4000 is free"), run.out());
            assertTrue(run.out().contains("OK   public-address: --allow says who may connect"), run.out());
        }
    }

    @Test
    void shouldRefuseAnAddressThatIsNone() {
        CommandRun run = CommandRun.of("check", "--client=nowhere");
        assertEquals(64, run.exitCode());
        assertTrue(run.err().contains("--client"), run.err());
    }

    @Test
    void shouldExplainItself() {
        CommandRun run = CommandRun.of("check", "--help");
        assertEquals(0, run.exitCode());
        assertTrue(run.out().contains("--target-port=PORT"), run.out());
        assertTrue(run.out().contains("--backend=NAME"), run.out());
    }
}
