package dev.intercept.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.capture.BackendRegistry;
import dev.intercept.tcpcopy.Generation;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class InterceptCommandLineTest {

    private static SelftestOptions options(String backend, Generation generation, String... given) {
        return new SelftestOptions(
                Optional.ofNullable(backend), 1, 1, 1, generation, OptionalInt.empty(), 60, List.of(given));
    }

    private static TestedBackend backend(SelftestOptions options) throws SelftestException {
        return TestedBackend.of(options, BackendRegistry.load(List.of()));
    }

    private static InterceptCommandLine commandLine(String backend, Generation generation, String... given)
            throws SelftestException {
        SelftestOptions options = options(backend, generation, given);
        return new InterceptCommandLine(options, backend(options));
    }

    private static List<String> targets(String backend, String... given) throws SelftestException {
        return backend(options(backend, Generation.V1, given)).rules().stream()
                .map(rule -> String.join(" ", rule.specifications().get(0)))
                .map(words -> words.substring(words.indexOf("-j ") + 3))
                .toList();
    }

    @Test
    void shouldListenInsideOnly() throws SelftestException {
        assertEquals(
                List.of("--detached", "--bind", "127.0.0.1", "--port", "36524", "--backend=nfqueue", "--gso", "off"),
                commandLine("nfqueue", Generation.V1, "--gso", "off").arguments());
    }

    @Test
    void shouldNameAGenerationThatNobodyCanRecognise() throws SelftestException {
        for (Generation generation : Generation.all()) {
            boolean named = commandLine(null, generation).arguments().contains("--generation=" + generation.name());
            assertEquals(List.of("0.7", "0.8", "0.9").contains(generation.name()), named, generation.name());
        }
    }

    @Test
    void shouldCaptureOnTheWireUnlessTheUserNamesAnotherDevice() throws SelftestException {
        assertEquals(
                List.of("--interface", "wire0", "--filter", "tcp and src host 198.51.100.1 and src port 8080"),
                commandLine("pcap", Generation.V1).arguments().subList(6, 10));
        assertEquals(
                List.of("-i", "any", "--filter=tcp"),
                commandLine("pcap", Generation.V1, "-i", "any", "--filter=tcp")
                        .arguments()
                        .subList(6, 9));
    }

    @Test
    void shouldTryTheManPagesRuleFirstWhenInterceptChooses() throws SelftestException {
        assertEquals(List.of("QUEUE", "NFQUEUE --queue-num 0"), targets(null));
    }

    @Test
    void shouldFeedTheQueueThatTheUserNames() throws SelftestException {
        assertEquals(List.of("NFQUEUE --queue-num 5"), targets("nfqueue", "--queue", "5"));
        assertEquals(List.of("NFQUEUE --queue-balance 2:3"), targets(null, "--queue=2:3"));
    }

    @Test
    void shouldRefuseABackendThatIsNotThereAndNameThoseThatAre() {
        SelftestException e = assertThrows(SelftestException.class, () -> commandLine("pigeon", Generation.V1));
        assertEquals(
                "--backend=pigeon: no such backend; there are ebpf, ipqueue, nflog, nfqueue, pcap", e.getMessage());
        assertEquals("intercept --list-backends says which can be used here, and why others cannot", e.nextStep());
        assertEquals(64, e.exitCode());
    }

    @Test
    void shouldChangeNothingOnAHostForABackendThatItCannotUse() throws Exception {
        StringWriter printed = new StringWriter();
        SelftestProcess process = new SelftestProcess(Object.class, new PrintWriter(printed), "6.1.0-56-amd64");
        SelftestOptions options = options("ipqueue", Generation.V1);
        BackendRegistry registry = BackendRegistry.load(List.of());
        assertEquals(Optional.empty(), process.needOfThisHost(options, registry));
        assertEquals(69, process.runHere(options, registry, "--inside was asked for"));
        List<String> lines = printed.toString().lines().toList();
        assertEquals(2, lines.stream().filter(line -> !line.isEmpty()).count(), printed::toString);
        assertTrue(lines.get(1).contains("backend ipqueue cannot be used here: kernel "), printed::toString);
    }

    @Test
    void shouldNotBlameTheKernelWhereTheHostUsesTheTestsAddresses() {
        SelftestException e = PrivateNetwork.refused(
                "ip route add 192.0.2.0/24 dev target0 ended with exit code 2: RTNETLINK answers: File exists");
        assertTrue(e.nextStep().contains("leave --inside out"), e::nextStep);
        assertTrue(PrivateNetwork.refused("Operation not supported").nextStep().contains("veth"));
    }
}
