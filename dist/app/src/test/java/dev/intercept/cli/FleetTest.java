package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.Intercept;
import dev.intercept.InterceptConfig;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.Severity;
import dev.intercept.diagnosis.watch.Diagnosis;
import dev.intercept.kit.Await;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.monitor.Monitors;
import dev.intercept.stats.Counter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two assistants behind a route with two next hops, each an intercept in a network of its own, and one tcpcopy for both. */
class FleetTest {

    private static final int CLIENTS = 32;

    @TempDir
    private Path directory;

    private final AtomicLong nowNs = new AtomicLong(TimeUnit.HOURS.toNanos(1));
    private NetworkNamespace target;
    private Assistant first;
    private Assistant second;

    /** One of them, at the other end of a wire of the target's. */
    private final class Assistant {
        final NetworkNamespace network = new NetworkNamespace();
        final String address;
        final Intercept intercept;
        final Diagnosis diagnosis;
        final Monitors monitors;
        final TunnelClient tcpcopy;

        Assistant(int number) throws Exception {
            address = "10.9." + number + ".2";
            Path thread = network.call(() -> Path.of("/proc/thread-self").toRealPath());
            sh(target, "ip link add to" + number + " type veth peer name in0 netns " + thread.getFileName());
            sh(target, "ip address add 10.9." + number + ".1/30 dev to" + number);
            sh(target, "ip link set to" + number + " up");
            sh(network, "ip address add " + address + "/30 dev in0");
            sh(network, "ip link set in0 up");
            sh(network, "sysctl -q -w net.ipv4.ip_forward=0");
            InterceptConfig config = InterceptConfig.builder()
                    .backendName("pcap")
                    .backendOptions(Map.of("--interface", "in0", "--filter", "tcp and src port 8080"))
                    .build();
            intercept = network.call(() -> Intercept.start(config, nowNs::get));
            diagnosis = Diagnosis.ofLooks(intercept);
            monitors = new Monitors(
                    Optional.of(directory.resolve("socket" + number)), Optional.of(metrics()), Optional.empty());
            network.run(() -> {
                monitors.open();
                monitors.serve(intercept, diagnosis, "1.0", Map.of());
            });
            tcpcopy = target.call(() -> TunnelClient.connect(new InetSocketAddress(address, 36524)));
        }

        InetSocketAddress metrics() throws Exception {
            return new InetSocketAddress(InetAddress.getByName(address), 9099);
        }

        long forwarded() {
            return intercept.statistics().get(Counter.FORWARDED);
        }

        void end() throws Exception {
            monitors.close();
            tcpcopy.close();
            intercept.stop();
        }
    }

    private static void sh(NetworkNamespace network, String command) throws Exception {
        network.exec(command.split(" "));
    }

    @BeforeEach
    void layOut() throws Exception {
        target = new NetworkNamespace();
        sh(target, "ip address add " + TestNetwork.TARGET + "/32 dev lo");
        first = new Assistant(1);
        second = new Assistant(2);
        sh(target, "sysctl -q -w net.ipv4.fib_multipath_hash_policy=1");
        sh(target, "ip route add " + TestNetwork.CLIENTS + " nexthop via 10.9.1.2 nexthop via 10.9.2.2");
        announceAll(CLIENTS);
    }

    /** @param announced how many there are then */
    private void announceAll(int announced) throws Exception {
        for (int client = 1; client <= CLIENTS; client++) {
            for (Assistant each : List.of(first, second)) {
                each.tcpcopy.add(TestNetwork.client(client), 40000, TestNetwork.TARGET, 8080);
            }
        }
        for (Assistant each : List.of(first, second)) {
            await(() -> each.intercept.statistics().get(Counter.ROUTES_ADDED) == announced);
        }
    }

    @AfterEach
    void close() throws Exception {
        first.end();
        second.end();
        first.network.close();
        second.network.close();
        target.close();
    }

    private static void await(java.util.function.BooleanSupplier condition) throws Exception {
        Await.until("what the test waits for", condition::getAsBoolean);
    }

    private void answerAll(int sequence) throws Exception {
        answerAll(sequence, PacketBuilder.ACK);
    }

    private void answerAll(int sequence, int flags) throws Exception {
        try (RawSocket socket = target.call(RawSocket::new)) {
            for (int client = 1; client <= CLIENTS; client++) {
                socket.send(new PacketBuilder()
                        .from(TestNetwork.TARGET, 8080)
                        .to(TestNetwork.client(client), 40000)
                        .flags(flags)
                        .sequence(sequence)
                        .build());
            }
        }
    }

    private CommandRun status() throws Exception {
        return target.call(() -> CommandRun.of("status", "--all", "10.9.1.2:9099,10.9.2.2:9099"));
    }

    @Test
    void shouldShareTheAnswersAndGoOnWithoutTheOneThatEnds() throws Exception {
        answerAll(1);
        await(() -> first.forwarded() + second.forwarded() == CLIENTS);
        assertTrue(first.forwarded() > 0 && second.forwarded() > 0, first.forwarded() + " and " + second.forwarded());
        CommandRun both = status();
        assertEquals(0, both.exitCode(), both.out());
        assertTrue(
                both.out().endsWith("2 of 2 answer; " + CLIENTS + " answers forwarded by all of them\n"), both.out());
        assertTrue(
                both.out().startsWith("10.9.1.2:9099: " + Math.round(100.0 * first.forwarded() / CLIENTS) + " % of"));

        long before = second.forwarded();
        first.end();
        sh(target, "ip route replace " + TestNetwork.CLIENTS + " via 10.9.2.2");
        answerAll(2);
        await(() -> second.forwarded() == before + CLIENTS);
        CommandRun one = status();
        assertEquals(1, one.exitCode());
        assertTrue(one.out().contains("10.9.1.2:9099: no answer (Connection refused)\n"), one.out());
        assertTrue(one.out().contains("1 of 2 answer; "), one.out());
    }

    /** Each second each client connects again from its port, and the other assistant may have had the answers. */
    @Test
    void shouldWarnOfNothingAndNameItsShareWhileClientsUseTheirPortsAgain() throws Exception {
        for (int round = 1; round <= 12; round++) {
            long before = packets();
            for (int sequence = 100 * round; sequence < 100 * round + 3; sequence++) {
                answerAll(sequence, sequence % 100 == 0 ? PacketBuilder.SYN | PacketBuilder.ACK : PacketBuilder.ACK);
            }
            await(() -> packets() == before + 3 * CLIENTS);
            nowNs.addAndGet(TimeUnit.SECONDS.toNanos(1));
            for (Assistant each : List.of(first, second)) {
                each.network.run(each.diagnosis::look);
            }
            announceAll(CLIENTS * (round + 1));
        }
        for (Assistant each : List.of(first, second)) {
            List<Finding> findings = each.diagnosis.findings();
            assertEquals(
                    List.of(),
                    findings.stream()
                            .filter(finding -> finding.severity() != Severity.INFO)
                            .toList());
            Finding finding = findings.get(0);
            assertEquals(FindingId.SESSIONS_RESTART_LATER, finding.id());
            assertTrue(
                    finding.fact().matches(".*; \\d+ of \\d+ announced sessions were answered here.*"), finding.fact());
        }
        assertTrue(status().out().contains(" announced sessions were answered here"), status().out());
    }

    private long packets() {
        return first.intercept.statistics().packets()
                + second.intercept.statistics().packets();
    }

    @Test
    void shouldFindNothingWrongWithAPartOfTheAnswers() throws Exception {
        answerAll(1);
        await(() -> first.forwarded() + second.forwarded() == CLIENTS);
        for (Assistant each : List.of(first, second)) {
            each.network.run(each.diagnosis::look);
        }
        nowNs.addAndGet(TimeUnit.SECONDS.toNanos(30));
        for (Assistant each : List.of(first, second)) {
            each.network.run(each.diagnosis::look);
            assertEquals(
                    List.of(),
                    each.diagnosis.findings().stream()
                            .map(finding -> finding.id().label())
                            .filter(id -> id.matches("routes-.*|responses-.*|sessions-.*|queue-silent"))
                            .toList());
        }
    }
}
