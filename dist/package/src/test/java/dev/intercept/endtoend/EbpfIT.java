package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.ExitCode;
import dev.intercept.endtoend.InstalledProgram.Result;
import dev.intercept.kit.Await;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.PacketSocket;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.monitor.RuntimeDirectory;
import dev.intercept.monitor.StatusSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The built program with a filter in the kernel: as whom it may run, and what holds when it is killed. */
class EbpfIT extends ProgramInANetwork {

    private static final String[] START = {"--backend=ebpf", "--target-ports=8080"};
    private static final String SECOND_PORT = "--port=36525";
    private static final InetSocketAddress TUNNELS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 36524);
    private static final String SERVER = "10.8.0.1";
    private static final String CLIENT = "10.8.0.2";
    private static final Pattern RECEIVED = Pattern.compile("\"received\":(\\d+)");
    private static final int NOTHING_MS = 100;

    /** Answers, sent as fast as one thread can: in some tenths of a second. */
    private static final int MANY = 10_000;

    @BeforeEach
    void layOutNetwork() throws Exception {
        program.network().run(TestNetwork::layOut);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    private String listing() throws Exception {
        return program.network().exec("tc", "qdisc", "show", "dev", TestNetwork.TARGET_DEVICE)
                + program.network().exec("tc", "filter", "show", "dev", TestNetwork.TARGET_DEVICE, "egress")
                + program.network().exec("tc", "filter", "show", "dev", TestNetwork.TARGET_DEVICE, "ingress");
    }

    private Process started(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(START));
        arguments.addAll(List.of(more));
        Process process = program.startForeground(arguments.toArray(String[]::new));
        program.awaitErr("capturing with ebpf");
        return process;
    }

    /** Sends answers until it is closed, as fast as they go. */
    private final class Load implements AutoCloseable {

        private final AtomicBoolean isOver = new AtomicBoolean();
        private final AtomicLong sent = new AtomicLong();
        private final RawSocket raw = program.network().call(RawSocket::new);
        private final Thread thread = new Thread(this::send);

        Load() throws Exception {
            thread.start();
        }

        private void send() {
            byte[] answer = new PacketBuilder().build();
            try {
                while (!isOver.get()) {
                    raw.send(answer);
                    sent.incrementAndGet();
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        void awaitMore(int packets) throws Exception {
            long end = sent.get() + packets;
            Await.until(() -> end + " answers; sent were " + sent.get(), () -> sent.get() >= end);
        }

        @Override
        public void close() {
            isOver.set(true);
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError("nothing interrupts a test", e);
            }
            raw.close();
        }
    }

    @Test
    void shouldLetNoAnswerEscapeWhenItIsKilledUnderLoadAndGoOnAtOnce() throws Exception {
        String before = listing();
        Process first = started();
        try (PacketSocket wire = program.network().call(() -> new PacketSocket(TestNetwork.WIRE_DEVICE));
                Load load = new Load()) {
            load.awaitMore(MANY);
            first.destroyForcibly();
            assertTrue(first.waitFor(InstalledProgram.PATIENCE_S, TimeUnit.SECONDS));
            load.awaitMore(MANY);
            Path socket = directory.resolve("status");
            Process second = started("--socket=" + socket);
            assertTrue(program.lastErr().contains("target0 (taken over)"), program.lastErr());
            load.awaitMore(MANY);
            Await.until("headers in the second one", () -> headers(StatusSocket.ask(socket)) >= MANY);
            String report = StatusSocket.ask(socket);
            assertTrue(
                    report.contains("{\"from\":\"198.51.100.1:8080\",\"to\":\"192.0.2.1:10000\",\"flags\":\".\","),
                    report);
            second.destroy();
            assertTrue(second.waitFor(InstalledProgram.PATIENCE_S, TimeUnit.SECONDS));
            assertEquals(0, second.exitValue(), program.lastErr());
            load.awaitMore(MANY);
            assertTrue(wire.poll(NOTHING_MS).isEmpty());
        }
        Result removed = program.run("rules", "--backend=ebpf", "--remove");
        assertEquals(
                "tc filter del dev target0 egress pref 1 handle 0x1c bpf\n"
                        + "tc filter del dev target0 ingress pref 1 handle 0x1d bpf\n",
                removed.out());
        assertEquals(before, listing());
    }

    private static long headers(String report) {
        Matcher received = RECEIVED.matcher(report);
        assertTrue(received.find(), report);
        return Long.parseLong(received.group(1));
    }

    /** A request comes in by a real device, and its answer leaves by it. */
    @Test
    void shouldSayHowLongAfterItsRequestAnAnswerLeftAlsoInAReport() throws Exception {
        try (NetworkNamespace clients = new NetworkNamespace()) {
            connect(clients);
            long pid = started().pid();
            Path socket = RuntimeDirectory.ofThisUser().socketOf(pid);
            try (RawSocket requests = clients.call(RawSocket::new);
                    RawSocket answers = program.network().call(RawSocket::new);
                    TunnelClient tcpcopy = program.network().call(() -> TunnelClient.connect(TUNNELS))) {
                tcpcopy.add(CLIENT, 30000, SERVER, 8080);
                awaitStatus(socket, "\"routes_added\":1");
                requests.send(segment().from(CLIENT, 30000).to(SERVER, 8080).build());
                answers.send(segment().from(SERVER, 8080).to(CLIENT, 30000).build());
                awaitStatus(socket, "\"first_byte_delay\":{\"measured\":1,");
            }
            String status = reported("running/" + pid + "/status.txt");
            assertTrue(
                    status.matches("(?s).*\ntarget port 8080: \\d+ answers, 100 bytes of data; .*"
                            + "; first byte after [0-9.]+ ms, 99 % within [0-9.]+ ms\n.*"),
                    status);
        }
    }

    private void connect(NetworkNamespace clients) throws Exception {
        Path thread = clients.call(() -> Files.readSymbolicLink(Path.of("/proc/thread-self")));
        String peer = thread.getFileName().toString();
        program.network().exec("ip", "link", "add", "veth0", "type", "veth", "peer", "name", "eth0", "netns", peer);
        program.network().exec("ip", "address", "add", SERVER + "/24", "dev", "veth0");
        program.network().exec("ip", "link", "set", "veth0", "up");
        clients.exec("ip", "address", "add", CLIENT + "/24", "dev", "eth0");
        clients.exec("ip", "link", "set", "eth0", "up");
    }

    private static void awaitStatus(Path socket, String part) throws Exception {
        Await.until(part, () -> StatusSocket.ask(socket).contains(part));
    }

    private String reported(String file) throws Exception {
        Result report = program.run("report", "-o", "report.zip");
        assertEquals(0, report.exitCode(), report.err());
        try (FileSystem zip = FileSystems.newFileSystem(directory.resolve("report.zip"))) {
            return Files.readString(zip.getPath("intercept-report", file));
        }
    }

    private static PacketBuilder segment() {
        return new PacketBuilder().flags(PacketBuilder.ACK).payload(new byte[100]);
    }

    @Test
    void shouldNameTheHolderOfTheDeviceToASecondIntercept() throws Exception {
        Process first = started();
        Result second = program.run(START[0], START[1], SECOND_PORT);
        assertEquals(ExitCode.OS_REFUSED.code(), second.exitCode(), second.err());
        assertTrue(
                second.err()
                        .contains(
                                "egress of device target0 is held by intercept (process " + first.pid() + "): stop it"),
                second.err());
    }

    @Test
    void shouldNameTheCapabilitiesThatAreMissing() throws Exception {
        Result result = program.runCommand(asOrdinaryUser("+net_admin"));
        assertEquals(ExitCode.NO_PERMISSION.code(), result.exitCode(), result.err());
        assertTrue(result.err().contains("needs CAP_BPF and CAP_NET_ADMIN"), result.err());
        assertTrue(result.err().contains(" --inh-caps=+net_admin,+net_raw,+bpf "), result.err());
    }

    /** Starts it as nobody with these capabilities and no others. */
    private List<String> asOrdinaryUser(String capabilities) {
        return List.of(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "--inh-caps=" + capabilities,
                "--ambient-caps=" + capabilities,
                "--bounding-set=-all," + capabilities,
                "--no-new-privs",
                "sh",
                "-c",
                "exec \"$INTERCEPT\" --backend=ebpf --target-ports=8080");
    }

    @Test
    void shouldGiveUpCapBpfOnceItRuns() throws Exception {
        started("--user=nobody");
        program.network().exec("ip", "link", "add", "late0", "type", "veth", "peer", "name", "late1");
        program.network().exec("ip", "address", "add", "10.9.9.1/24", "dev", "late0");
        program.awaitErr("answers are stopped at the egress of late0 too, which has come");
    }
}
