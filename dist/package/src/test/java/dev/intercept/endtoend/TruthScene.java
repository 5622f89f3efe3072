package dev.intercept.endtoend;

import static dev.intercept.kit.PacketBuilder.ACK;
import static dev.intercept.kit.PacketBuilder.FIN;
import static dev.intercept.kit.PacketBuilder.PSH;
import static dev.intercept.kit.PacketBuilder.SYN;

import dev.intercept.Intercept;
import dev.intercept.InterceptConfig;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.watch.Diagnosis;
import dev.intercept.kit.Await;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.PacketSocket;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.ThrowingRunnable;
import dev.intercept.kit.TunnelClient;
import dev.intercept.session.SessionLimits;
import dev.intercept.stats.Counter;
import dev.intercept.tcpcopy.TunnelFormat;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * One host in a namespace of its own, with the kernel's queue, an intercept, tcpcopies and clients' wire. Time stands still but
 * for {@link #seconds}: each of intercept's seconds lasts as long as its traffic takes.
 */
final class TruthScene implements AutoCloseable {

    static final int PORT = 8080;
    static final String RULE = "iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num 0";

    private static final int CLIENT_PORT = 40000;
    private static final int STEADY_LOOKS = 3;
    private static final int ADDRESSES = 250;
    static final String NEIGHBOUR_TARGET = "10.9.0.2";

    final NetworkNamespace network;
    final RawSocket raw;
    private final PacketSocket wire;
    private final AtomicLong nowNs = new AtomicLong(TimeUnit.HOURS.toNanos(1));
    Intercept intercept;
    TunnelClient tcpcopy;
    private Diagnosis diagnosis;
    final List<TunnelClient> others = new ArrayList<>();
    NetworkNamespace neighbour;
    private RawSocket neighbourRaw;
    final List<Closeable> servers = new ArrayList<>();
    private int second;
    private int sequence = 1000;
    private int clients;
    int sessionsLimit = SessionLimits.SESSIONS_LIMIT;

    TruthScene() throws Exception {
        network = NetworkNamespace.withTestNetwork();
        raw = network.call(RawSocket::new);
        wire = network.call(() -> new PacketSocket(TestNetwork.WIRE_DEVICE));
    }

    void sh(String command) throws Exception {
        network.exec("sh", "-c", command);
    }

    static InterceptConfig.Builder nfqueue() {
        return InterceptConfig.builder().backendName("nfqueue");
    }

    void start(InterceptConfig config) throws Exception {
        start(config, BackendRegistry.load(config.pluginPath()));
    }

    void start(InterceptConfig config, BackendRegistry backends) throws Exception {
        intercept = network.call(() -> Intercept.start(config, backends, nowNs::get));
        diagnosis = Diagnosis.ofLooks(intercept, sessionsLimit);
    }

    /** With a tcpcopy of today. */
    void startWithTcpcopy(InterceptConfig.Builder config) throws Exception {
        start(config.build());
        tcpcopy = connect(TestNetwork.TARGET);
    }

    void stop() throws IOException {
        for (TunnelClient each : others) {
            each.close();
        }
        if (tcpcopy != null) {
            tcpcopy.close();
        }
        if (intercept != null) {
            intercept.stop();
        }
    }

    /** @param address one of this host, which is the peer's too */
    TunnelClient connect(String address) throws Exception {
        long before = recognised();
        TunnelClient client = network.call(() -> TunnelClient.connect(to(address)));
        await(() -> recognised() > before);
        return client;
    }

    TunnelClient connect(TunnelFormat format) throws Exception {
        return network.call(() -> TunnelClient.connect(to(TestNetwork.TARGET), format));
    }

    private InetSocketAddress to(String address) {
        return new InetSocketAddress(address, intercept.address().getPort());
    }

    private long recognised() {
        return intercept.tunnels().stream()
                .filter(tunnel -> tunnel.format() != null)
                .count();
    }

    /** Ends the one that there is, if any, and starts another. */
    void restartTcpcopy() throws Exception {
        int before = intercept.tunnels().size();
        if (before > 0) {
            tcpcopy.close();
            await(() -> intercept.tunnels().size() < before);
        }
        tcpcopy = connect(TestNetwork.TARGET);
    }

    /** So many of intercept's seconds, each with this traffic and a look at its end. */
    void seconds(int count, ThrowingRunnable traffic) throws Exception {
        for (second = 0; second < count; second++) {
            traffic.run();
            settle();
            nowNs.addAndGet(TimeUnit.SECONDS.toNanos(1));
            network.run(diagnosis::look);
        }
    }

    /** Which of {@link #seconds} it is, from 0. */
    int second() {
        return second;
    }

    Set<FindingId> findings() {
        Set<FindingId> ids = EnumSet.noneOf(FindingId.class);
        diagnosis.findings().forEach(finding -> ids.add(finding.id()));
        return ids;
    }

    Finding finding(FindingId id) {
        return diagnosis.findings().stream()
                .filter(finding -> finding.id() == id)
                .findFirst()
                .orElseThrow();
    }

    String facts() {
        return diagnosis.findings() + "\n" + intercept.statistics().line();
    }

    /** Until nothing comes any more: an empty queue, and counts that three looks in turn find the same. */
    private void settle() throws Exception {
        long last = -1;
        int steady = 0;
        while (steady < STEADY_LOOKS) {
            long now = intercept.statistics().packets() + intercept.statistics().get(Counter.ROUTES_ADDED);
            steady = now == last && TruthSteps.queued(intercept) == 0 ? steady + 1 : 0;
            last = now;
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    void await(BooleanSupplier condition) throws Exception {
        Await.until(this::facts, condition::getAsBoolean);
    }

    /** Answers of the test server's ports that got to the clients' side since the last call. */
    int escaped() throws Exception {
        int escaped = 0;
        for (Optional<byte[]> packet = wire.poll(0); packet.isPresent(); packet = wire.poll(0)) {
            byte[] bytes = packet.get();
            int sourcePort = (bytes[20] & 0xff) << 8 | bytes[21] & 0xff;
            escaped += bytes[9] == 6 && sourcePort == PORT ? 1 : 0;
        }
        return escaped;
    }

    /** A client that was not there before, of up to 60,000. */
    int newClient() {
        return ++clients;
    }

    /** The same address with a new port. */
    int newPortOfOneClient() {
        return ++clients * ADDRESSES;
    }

    static String address(int client) {
        return TestNetwork.client(1 + client % ADDRESSES);
    }

    static int port(int client) {
        return CLIENT_PORT + client / ADDRESSES;
    }

    void add(TunnelClient by, int client, String target, int port) throws Exception {
        long before = intercept.statistics().get(Counter.ROUTES_ADDED);
        by.add(address(client), port(client), target, port);
        await(() -> intercept.statistics().get(Counter.ROUTES_ADDED) > before);
    }

    void add(int client) throws Exception {
        add(tcpcopy, client, TestNetwork.TARGET, PORT);
    }

    void answer(int client, int flags, byte... payload) throws Exception {
        answerFrom(TestNetwork.TARGET, PORT, client, flags, payload);
    }

    void answerFrom(String source, int port, int client, int flags, byte... payload) throws Exception {
        raw.send(new PacketBuilder()
                .from(source, port)
                .to(address(client), port(client))
                .flags(flags)
                .sequence(++sequence)
                .payload(payload)
                .build());
    }

    /** A whole connection: added, answered, ended. */
    void replay(int client) throws Exception {
        add(client);
        answerWhole(client);
    }

    void answerWhole(int client) throws Exception {
        answer(client, SYN | ACK);
        answer(client, ACK | PSH, (byte) 'x');
        answer(client, ACK | FIN);
    }

    /** Three new connections, as every second of a busy server has them. */
    void busySecond() throws Exception {
        for (int i = 0; i < 3; i++) {
            replay(newClient());
        }
        drain();
    }

    /** The last answer again, but for its flags. */
    void answerAgain(int client, int flags) throws Exception {
        sequence = client;
        answer(client, flags);
    }

    /** A real server, whose kernel answers; it accepts nothing and says nothing. */
    void listen(String address, int port) throws Exception {
        servers.add(network.call(() -> new ServerSocket(port, 512, InetAddress.getByName(address))));
    }

    /** Another host, whose packets come in by in0, while what goes to the clients leaves by target0. */
    void connectNeighbour() throws Exception {
        neighbour = new NetworkNamespace();
        String thread = neighbour.call(() -> Files.readSymbolicLink(Path.of("/proc/thread-self"))
                .getFileName()
                .toString());
        sh("ip link add in0 type veth peer name out0 netns " + thread);
        sh("ip address add 10.9.0.1/24 dev in0 && ip link set in0 up");
        neighbour.exec("sh", "-c", "ip address add 10.9.0.2/24 dev out0 && ip link set out0 up");
        neighbour.exec("ip", "route", "add", "default", "via", "10.9.0.1");
        neighbourRaw = neighbour.call(RawSocket::new);
    }

    TunnelClient connectFromNeighbour() throws Exception {
        TunnelClient client = neighbour.call(() -> TunnelClient.connect(to("10.9.0.1")));
        await(() -> recognised() > 0);
        return client;
    }

    /** Whole connections of a target that the neighbour is. */
    void answerThroughAssistant() throws Exception {
        for (int i = 0; i < 3; i++) {
            int client = newClient();
            add(tcpcopy, client, NEIGHBOUR_TARGET, PORT);
            answerFromNeighbour(NEIGHBOUR_TARGET, PORT, client, SYN | ACK);
            answerFromNeighbour(NEIGHBOUR_TARGET, PORT, client, ACK | PSH);
        }
    }

    /** The same handshakes again and again, as when the clients reset them. */
    void beginAgainThroughAssistant() throws Exception {
        for (int client = 1; client <= 5; client++) {
            add(tcpcopy, client, NEIGHBOUR_TARGET, PORT);
            answerFromNeighbour(NEIGHBOUR_TARGET, PORT, client, SYN | ACK);
        }
    }

    void answerFromNeighbour(String source, int port, int client, int flags) throws Exception {
        neighbourRaw.send(new PacketBuilder()
                .from(source, port)
                .to(address(client), port(client))
                .flags(flags)
                .sequence(++sequence)
                .build());
    }

    void requestFromNeighbour() throws Exception {
        int client = newClient();
        add(client);
        for (int flags : new int[] {SYN, PacketBuilder.RST}) {
            neighbourRaw.send(new PacketBuilder()
                    .from(address(client), port(client))
                    .to(TestNetwork.TARGET, PORT)
                    .flags(flags)
                    .sequence(flags == SYN ? 1 : 2)
                    .build());
        }
    }

    /** Answers until the tunnel's buffer, behind some megabytes of the sockets', takes no more. */
    void fill() throws Exception {
        int client = newClient();
        add(client);
        long before = intercept.statistics().get(Counter.TUNNEL_OVERFLOW);
        while (intercept.statistics().get(Counter.TUNNEL_OVERFLOW) == before) {
            for (int i = 0; i < 1000; i++) {
                answer(client, ACK);
            }
        }
    }

    /** tcpcopy takes all, also what comes meanwhile. */
    void drainAll() throws Exception {
        while (tcpcopy.read(200).isPresent()) {
            // Its own affair.
        }
    }

    /** More answers at once than a queue of one packet takes. */
    void fillKernelQueue() throws Exception {
        int client = newClient();
        add(client);
        while (intercept.statistics().kernelLost() == 0) {
            for (int i = 0; i < 100; i++) {
                answer(client, ACK);
            }
        }
    }

    /** What tcpcopy sends in the client's name. */
    void request(int client, int port, int flags, int sequenceNumber, int acknowledgement) throws Exception {
        raw.send(new PacketBuilder()
                .from(address(client), port(client))
                .to(TestNetwork.TARGET, port)
                .flags(flags)
                .sequence(sequenceNumber)
                .acknowledgement(acknowledgement)
                .build());
    }

    /** tcpcopy takes all that is there, and what waits for that. */
    void drain() throws Exception {
        while (tcpcopy.read(1).isPresent() || intercept.statistics().waiting().getAsLong() > 0) {
            // Its own affair.
        }
    }

    @Override
    public void close() throws IOException {
        try {
            stop();
        } finally {
            for (Closeable server : servers) {
                server.close();
            }
            if (neighbour != null) {
                neighbourRaw.close();
                neighbour.close();
            }
            raw.close();
            wire.close();
            network.close();
        }
    }
}
