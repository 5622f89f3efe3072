package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.NetworkNamespace;
import java.util.List;
import org.junit.jupiter.api.Test;

class RulesCommandTest {

    private static final String WARNING = "intercept: while these rules are there and intercept does not listen, every"
            + " answer from port 8080 is dropped; remove them with --remove in place of --install\n";

    private static CommandRun rules(String... arguments) {
        String[] all = new String[arguments.length + 2];
        all[0] = "rules";
        all[1] = "--target-port=8080";
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return CommandRun.of(all);
    }

    private static void assertRefused(String error, String... arguments) {
        CommandRun run = rules(arguments);
        assertEquals(64, run.exitCode());
        assertEquals("", run.out());
        assertEquals("intercept: " + error + "; try 'intercept rules --help'\n", run.err());
    }

    @Test
    void shouldPrintTheExactRulesAndWarn() {
        CommandRun run =
                rules("--backend=nflog", "--nflog-group=3", "--target=198.51.100.1", "-x", "10.0.0.5,10.1.0.0/16");
        assertEquals(0, run.exitCode());
        assertEquals(
                List.of(
                        "iptables -I OUTPUT 1 -p tcp -s 198.51.100.1 --sport 8080 -d 10.0.0.5 -j ACCEPT",
                        "iptables -I OUTPUT 2 -p tcp -s 198.51.100.1 --sport 8080 -d 10.1.0.0/16 -j ACCEPT",
                        "iptables -I OUTPUT 3 -p tcp -s 198.51.100.1 --sport 8080 -j NFLOG --nflog-group 3"
                                + " --nflog-size 128 --nflog-threshold 64",
                        "iptables -I OUTPUT 4 -p tcp -s 198.51.100.1 --sport 8080 -j NFQUEUE --queue-num 65535"),
                run.out().lines().toList());
        assertEquals(WARNING, run.err());
    }

    @Test
    void shouldTakeTheFormerNameOfTheTargetsPortAndSayTheNewOne() {
        CommandRun run = CommandRun.of("rules", "--port=8080");
        assertEquals(0, run.exitCode());
        assertEquals("iptables -I OUTPUT 1 -p tcp --sport 8080 -j NFQUEUE --queue-num 0\n", run.out());
        assertEquals(
                "intercept: --port is intercept's own port in a start, in check and in report: say --target-port=8080"
                        + " here\n" + WARNING,
                run.err());
        CommandRun both = CommandRun.of("rules", "--port=36524", "--target-port=8080");
        assertEquals(run.out(), both.out());
        assertEquals(WARNING, both.err());
    }

    @Test
    void shouldPrintForTheBackendThatInterceptChooses() {
        assertEquals("iptables -I OUTPUT 1 -p tcp --sport 8080 -j NFQUEUE --queue-num 0\n", rules().out());
    }

    @Test
    void shouldPrintForTheToolThatIsNamed() {
        assertEquals(
                "nft 'add table ip intercept; add chain ip intercept output { type filter hook output priority -20; };"
                        + " insert rule ip intercept output tcp sport 8080 ip daddr 10.0.0.5 accept"
                        + " comment \"tcp sport 8080 ip daddr 10.0.0.5 accept\";"
                        + " insert rule ip intercept output tcp sport 8080 queue num 0-3"
                        + " comment \"tcp sport 8080 queue num 0-3\"'\n",
                rules("--backend=nfqueue", "--queue=0:3", "--tool=nft", "-x", "10.0.0.5")
                        .out()
                        .replaceFirst("(insert rule [^;]*)(; )(insert rule [^']*)", "$3$2$1"));
        assertRefused("--tool: 'ufw' is not one of iptables, iptables-legacy, iptables-nft, nft", "--tool=ufw");
    }

    @Test
    void shouldBalanceOverARangeOfQueues() {
        CommandRun run = rules("--backend=nfqueue", "--queue=0:3");
        assertTrue(run.out().endsWith(" -j NFQUEUE --queue-balance 0:3\n"), run.out());
    }

    @Test
    void shouldSayThatPcapNeedsARouteAndNoRule() {
        CommandRun run = rules("--backend=pcap", "--install");
        assertEquals(0, run.exitCode());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("intercept: backend pcap needs no rule here: route "), run.err());
    }

    @Test
    void shouldShowAndRemoveWhatABackendAttachedItself() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            CommandRun none = namespace.call(() -> CommandRun.of("rules", "--backend=ebpf"));
            assertEquals(0, none.exitCode(), none.err());
            assertEquals("", none.out());
            assertEquals(
                    "intercept: backend ebpf has nothing attached here; it attaches its filters itself when intercept"
                            + " starts\n",
                    none.err());
            CommandRun removed = namespace.call(() -> CommandRun.of("rules", "--backend=ebpf", "--remove"));
            assertEquals(0, removed.exitCode(), removed.err());
            assertEquals("intercept: backend ebpf has nothing attached here, nothing was changed\n", removed.err());
        }
    }

    @Test
    void shouldInstallAndRemoveAndSayWhatItRan() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            CommandRun installed = namespace.call(() -> rules("--backend=nflog", "--install"));
            assertEquals(0, installed.exitCode(), installed.err());
            assertEquals(2, installed.out().lines().count(), installed.out());
            assertEquals("intercept: inserted\n" + WARNING, installed.err());

            CommandRun again = namespace.call(() -> rules("--backend=nflog", "--install"));
            assertEquals("", again.out());
            assertEquals("intercept: these rules are in force already, nothing was changed\n" + WARNING, again.err());

            CommandRun removed = namespace.call(() -> rules("--backend=nflog", "--remove"));
            assertEquals(installed.out().replaceAll("-I OUTPUT \\d", "-D OUTPUT"), removed.out());
            assertEquals("intercept: removed\n", removed.err());
            assertFalse(namespace.exec("iptables", "-S", "OUTPUT").contains("8080"));

            CommandRun nothing = namespace.call(() -> rules("--backend=nflog", "--remove"));
            assertEquals(0, nothing.exitCode());
            assertEquals("intercept: none of these rules is in force, nothing was changed\n", nothing.err());
        }
    }

    @Test
    void shouldRefuseWhatCannotBeMeantInOneLine() {
        assertRefused(
                "--queue 4:3: must be a queue number from 0 to 65535, or a range A:B of at most 64 queues with A not"
                        + " above B",
                "--queue=4:3");
        assertRefused(
                "--nflog-group is an option of nflog, not of nfqueue: leave it out, or use --backend=nflog",
                "--backend=nfqueue",
                "--nflog-group=4");
        assertRefused(
                "--backend=pigeon: no such backend; there are ebpf, ipqueue, lower, nflog, nfqueue, pcap, upper",
                "--backend=pigeon");
        assertRefused(
                "--backend=upper: this backend brings no rules; its own documentation says what feeds it",
                "--backend=upper");
        assertRefused("--install, --remove are mutually exclusive (specify only one)", "--install", "--remove");
        assertRefused("--target 10.0.0.1,10.0.0.2: must be one address or network", "--target=10.0.0.1,10.0.0.2");
        CommandRun withoutPort = CommandRun.of("rules");
        assertEquals(64, withoutPort.exitCode());
        assertEquals(
                "intercept: --target-port is missing: say where the test server listens; try 'intercept rules --help'\n",
                withoutPort.err());
    }

    @Test
    void shouldOfferOnlyOptionsThatRulesDependOn() {
        CommandRun help = CommandRun.of("rules", "--help");
        assertTrue(help.out().contains("--nflog-group=N"), help.out());
        assertFalse(help.out().contains("--queue-maxlen"), help.out());
    }
}
