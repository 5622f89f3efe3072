package dev.intercept.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Tests pass on a busy machine: they wait for events, with the kit's {@code Await}, and none sleeps or compares the clock with
 * a bound. Who reads the clock for something else is named here, with what for.
 */
class ClockRulesTest {

    private static final int MODULES = 10;
    private static final Path ROOT = Path.of("../..");

    /** Deeper than any module. */
    private static final int DEPTH = 5;

    private static final String LEAST = "something waits at least so long, which no busy machine shortens";
    private static final String PATIENCE = "a socket's own time-out, or patience of a minute and more";
    private static final String FASTER = "the clock of a program under test that runs faster, or beside real peers";

    private static final String ENCLOSED = "delays that lie between two others of the same events";

    private static final Map<String, String> READERS = new TreeMap<>(Map.ofEntries(
            Map.entry("dev.intercept.PacedSourceTest", FASTER),
            Map.entry("dev.intercept.ebpf.DelayingServerTest", ENCLOSED),
            Map.entry("dev.intercept.ebpf.RequestTimesTest", ENCLOSED),
            Map.entry("dev.intercept.endtoend.FaultsWhileRunningTest", FASTER),
            Map.entry("dev.intercept.endtoend.RunningFaults", FASTER),
            Map.entry("dev.intercept.endtoend.TruthScene", "a pause between looks at counts that no longer change"),
            Map.entry(
                    "dev.intercept.endtoend.LossyRoad",
                    "a road on which each packet is for some ms, and what it saw when"),
            Map.entry(
                    "dev.intercept.endtoend.TargetFiguresTest", "delays that are held against others of the same run"),
            Map.entry("dev.intercept.endtoend.WebServer", "a server that takes its time, and logs it"),
            Map.entry("dev.intercept.ipqueue.FakeKernel", "files that are brought up to date ten times a second"),
            Map.entry("dev.intercept.kit.AnswerProbe", "how long an answer is under way, for a benchmark"),
            Map.entry("dev.intercept.kit.Await", PATIENCE),
            Map.entry("dev.intercept.kit.CaptureBackendContract", LEAST),
            Map.entry("dev.intercept.kit.ContractBench", PATIENCE),
            Map.entry("dev.intercept.kit.PacketSocket", PATIENCE),
            Map.entry("dev.intercept.kit.TcpcopySender", "a pause between packets, as its command line asks"),
            Map.entry("dev.intercept.kit.TunnelClient", PATIENCE),
            Map.entry("dev.intercept.monitor.RunningIntercept", FASTER),
            Map.entry("dev.intercept.nflog.NflogFakeKernelTest", "traffic that lasts for longer than a window"),
            Map.entry("dev.intercept.nfnetlink.JnaSystemCallsTest", LEAST),
            Map.entry("dev.intercept.nfqueue.NfqueueFakeKernelTest", LEAST),
            Map.entry("dev.intercept.nfqueue.PollBench", "a benchmark"),
            Map.entry("dev.intercept.pcap.FileReplayTest", LEAST),
            Map.entry("dev.intercept.pcap.LiveCaptureTest", LEAST),
            Map.entry("dev.intercept.pcap.MillionPacketsTest", "a rate that is printed"),
            Map.entry("dev.intercept.pcap.WakeupTest", LEAST),
            Map.entry("dev.intercept.peers.RunningServer", FASTER),
            Map.entry("dev.intercept.peers.WellBehaved", PATIENCE),
            Map.entry(
                    "dev.intercept.monitor.StatusTest", "a rest is no shorter than it should be; longer does no harm"),
            Map.entry("dev.intercept.restart.DescriptorStoreTest", ENCLOSED),
            Map.entry("dev.intercept.selftest.BigTcpReplayTest", PATIENCE),
            Map.entry("dev.intercept.selftest.KernelTcpTest", "the clock of its TCP, which talks with the kernel's"),
            Map.entry("dev.intercept.selftest.TwoCapabilitiesIT", PATIENCE)));

    private static final Set<String> ASSERTED_TIMES = Set.of("assertTimeout", "assertTimeoutPreemptively");

    private static boolean isOfTheClock(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        String name = access.getTarget().getName();
        return switch (owner) {
            case "java.lang.System" -> name.equals("nanoTime") || name.equals("currentTimeMillis");
            case "java.lang.Thread", "java.util.concurrent.TimeUnit" -> name.equals("sleep");
            case "java.time.Instant", "java.time.LocalDateTime" -> name.equals("now");
            default -> ASSERTED_TIMES.contains(name);
        };
    }

    private static String topLevel(JavaClass type) {
        return type.getName().replaceFirst("\\$.*", "");
    }

    /** The tests of all modules, and the kit. */
    private static List<Path> places() throws IOException {
        try (Stream<Path> directories = Files.find(ROOT, DEPTH, (path, attributes) -> attributes.isDirectory())) {
            return Stream.concat(
                            Stream.of(ROOT.resolve("core/kit/target/classes")),
                            directories.filter(path -> path.endsWith("target/test-classes")))
                    .toList();
        }
    }

    @Test
    void shouldReadTheClockWhereItIsSaidWhatForAndNowhereElse() throws IOException {
        List<Path> places = places();
        assertTrue(places.size() > MODULES, "built are only " + places + ": mvn -am");
        JavaClasses tests = ArchConfiguration.withThreadLocalScope(configuration -> {
            configuration.setResolveMissingDependenciesFromClassPath(false); // What is called is enough, and quick.
            return new ClassFileImporter().importPaths(places);
        });
        Set<String> found = tests.stream()
                .filter(type -> !type.getPackageName().contains(".bench"))
                .filter(type -> type.getMethodCallsFromSelf().stream().anyMatch(ClockRulesTest::isOfTheClock))
                .map(ClockRulesTest::topLevel)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(String.join("\n", READERS.keySet()), String.join("\n", found));
    }
}
