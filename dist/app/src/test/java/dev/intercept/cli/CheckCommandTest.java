package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.NetworkNamespace;
import org.junit.jupiter.api.Test;

class CheckCommandTest {

    @Test
    void shouldPrintOneLinePerFindingAndFailWhereTheRuleIsMissing() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.withTestNetwork()) {
            CommandRun run = namespace.call(() -> CommandRun.of("check", "--target-port=8080", "--client=192.0.2.1"));
            assertEquals(1, run.exitCode());
            assertEquals("", run.err());
            run.out().lines().forEach(line -> assertTrue(line.matches("(OK   |WARN |FAIL )[a-z-]+: .*"), line));
            String remedy = "; do: iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num 0\n";
            assertTrue(run.out().contains(remedy), run.out());
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
            CommandRun run = namespace.call(() -> CommandRun.of("check", "-p", "4000", "--allow=10.0.0.0/8", "-d"));
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
