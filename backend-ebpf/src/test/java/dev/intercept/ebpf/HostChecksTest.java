package dev.intercept.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.Host;
import dev.intercept.spi.HostFinding;
import dev.intercept.spi.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What {@code intercept check --backend=ebpf} says of a host beyond what it says for every backend. */
class HostChecksTest {

    private static final String ALL_CAPABILITIES = "CapEff:\t000001ffffffffff";
    private static final String WITHOUT_NET_ADMIN = "CapEff:\t000001ffffffefff";
    private static final String LEFT = "tc filter del dev target0 egress pref 1 handle 0x1c bpf";

    /** A host of which nothing is known but this. */
    private record Known(String status, String jitEnable) implements Host {

        @Override
        public Optional<String> read(String path) {
            return switch (path) {
                case "/proc/self/status" -> Optional.of(status);
                case "/proc/sys/net/core/bpf_jit_enable" -> Optional.of(jitEnable);
                default -> Optional.empty();
            };
        }

        @Override
        public List<String> list(String directory) {
            return List.of();
        }

        @Override
        public Optional<String> link(String path) {
            return Optional.empty();
        }

        @Override
        public Optional<Output> run(String... command) {
            return Optional.empty();
        }
    }

    /** Severity, fact and remedy of each finding. */
    private static List<String> findings(FilteredNetwork network, Host host) throws Exception {
        BackendOptions options = new BackendOptions(EbpfSettings.OPTIONS, Map.of(EbpfSettings.PORTS, "8080"));
        return network.namespace().call(() -> HostChecks.check(host, options).stream()
                .map(HostChecksTest::words)
                .toList());
    }

    private static String words(HostFinding finding) {
        return finding.severity() + ": " + finding.fact() + " | " + finding.remedy();
    }

    @Test
    void shouldSayNothingOfAHostThatIsAsItShouldBe() throws Exception {
        try (FilteredNetwork network = new FilteredNetwork()) {
            assertEquals(List.of(), findings(network, new Known(ALL_CAPABILITIES, "1")));
        }
    }

    @Test
    void shouldNameTheSecondCapabilityAndAnInterpretedProgram() throws Exception {
        try (FilteredNetwork network = new FilteredNetwork()) {
            assertEquals(
                    List.of(
                            "FAIL: without CAP_NET_ADMIN no filter can be attached to a device | sudo intercept  # or under"
                                    + " systemd: AmbientCapabilities=CAP_BPF CAP_NET_ADMIN",
                            "WARN: net.core.bpf_jit_enable is 0: the kernel interprets the program, several times slower |"
                                    + " sysctl -w net.core.bpf_jit_enable=1"),
                    findings(network, new Known(WITHOUT_NET_ADMIN, "0")));
        }
    }

    @Test
    void shouldSayWhoReadsAFilterAndWhatToDoWithOneThatIsLeft() throws Exception {
        Host host = new Known(ALL_CAPABILITIES, "1");
        try (FilteredNetwork network = new FilteredNetwork()) {
            try (CaptureBackend backend = network.open()) {
                backend.poll(packet -> Verdict.DROP, 1, 0);
                assertEquals(
                        List.of("OK: a filter stops answers: " + LEFT + "  # java (process "
                                + ProcessHandle.current().pid() + ") reads it | "),
                        findings(network, host),
                        backend.lane());
            }
            assertEquals(
                    List.of("WARN: a filter of an intercept that ended stops answers: " + LEFT
                            + "  # nobody reads it | start intercept, which takes it over  # after the test: intercept rules"
                            + " --backend=ebpf --remove"),
                    findings(network, host));
        }
    }
}
