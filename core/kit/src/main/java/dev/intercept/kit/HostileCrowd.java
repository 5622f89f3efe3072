package dev.intercept.kit;

import dev.intercept.tcpcopy.Generation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Peers that do to an intercept what they should not, each kind on a thread of its own, until they are stopped: half records and half
 * requests, readers that stall, floods of ADDs, silent connections, odd bytes, connections that come and go.
 */
public final class HostileCrowd {

    private static final int TARGET = PacketBuilder.address(TestNetwork.TARGET);
    private static final int TARGET_PORT = 8080;
    private static final int STALLED_CLIENT = PacketBuilder.address("203.0.113.7");
    private static final int STALLED = 20;
    private static final int SILENT = 200;
    private static final int ADDS = 20_000;
    private static final int BURST = 32;
    private static final int RECORD_BYTES = 14;

    private interface Attack {
        /** One time, some hundred milliseconds long. */
        void once(HostileCrowd crowd, Random random) throws IOException;
    }

    private static final Map<String, Attack> ATTACKS = new TreeMap<>(Map.of(
            "half records", HostileCrowd::halfRecords,
            "half requests", HostileCrowd::halfRequests,
            "stalled readers", HostileCrowd::stalledReaders,
            "floods of ADDs", HostileCrowd::floodOfAdds,
            "silent connections", HostileCrowd::silence,
            "odd bytes", HostileCrowd::oddBytes,
            "reconnects", HostileCrowd::reconnects));

    private final InetSocketAddress server;
    private final InetSocketAddress metrics;
    private final Map<String, Integer> done = new TreeMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean isOn;

    private HostileCrowd(InetSocketAddress server, InetSocketAddress metrics) {
        this.server = server;
        this.metrics = metrics;
    }

    private void begin() {
        isOn = true;
        ATTACKS.forEach((name, attack) -> {
            Thread thread = new Thread(() -> repeat(name, attack), name);
            threads.add(thread);
            thread.start();
        });
    }

    private void repeat(String name, Attack attack) {
        Random random = new Random(name.hashCode());
        while (isOn) {
            try {
                attack.once(this, random);
            } catch (IOException e) {
                pause(10); // Closed in the middle of it, as it should be.
            }
            synchronized (done) {
                done.merge(name, 1, Integer::sum);
            }
        }
    }

    private void end() throws InterruptedException {
        isOn = false;
        for (Thread thread : threads) {
            thread.join();
        }
        threads.clear();
    }

    private Socket connect(String from) throws IOException {
        Socket socket = new Socket();
        try {
            socket.bind(new InetSocketAddress(from, 0));
            socket.setReceiveBufferSize(4096);
            socket.connect(server, 5000);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static void send(Socket socket, ByteBuffer records) throws IOException {
        socket.getOutputStream().write(records.array(), 0, records.position());
    }

    private static ByteBuffer opening(int adds) {
        ByteBuffer records = ByteBuffer.allocate(RECORD_BYTES * (1 + adds));
        Generation.V1.encodeOpening(records);
        return records;
    }

    private void halfRecords(Random random) throws IOException {
        try (Socket first = connect("127.0.0.61");
                Socket later = connect("127.0.0.61")) {
            first.getOutputStream().write(opening(0).array(), 0, 1 + random.nextInt(7));
            later.getOutputStream().write(opening(1).array(), 0, RECORD_BYTES + random.nextInt(RECORD_BYTES));
            pause(300);
        }
    }

    private void halfRequests(Random random) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(metrics, 5000);
            socket.getOutputStream().write("GET /he".getBytes(StandardCharsets.US_ASCII));
            pause(100 + random.nextInt(200));
        }
    }

    private void stalledReaders(Random random) throws IOException {
        List<Socket> stalled = new ArrayList<>();
        try (RawSocket target = new RawSocket()) {
            for (int i = 0; i < STALLED; i++) {
                Socket socket = connect("127.0.0.62");
                stalled.add(socket);
                ByteBuffer records = opening(1);
                Generation.V1.encodeAdd(records, STALLED_CLIENT, 1000 + i, TARGET, TARGET_PORT);
                send(socket, records);
            }
            for (int burst = 0; isOn && burst < 1000; burst++) {
                byte[] answer = new PacketBuilder()
                        .to("203.0.113.7", 1000 + random.nextInt(STALLED))
                        .build();
                for (int i = 0; i < BURST; i++) {
                    target.send(answer);
                }
                pause(5);
            }
        } finally {
            closeAll(stalled);
        }
    }

    private void floodOfAdds(Random random) throws IOException {
        try (Socket socket = connect("127.0.0.63")) {
            ByteBuffer records = opening(ADDS);
            for (int i = 0; i < ADDS; i++) {
                int client = 0x0a000000 | random.nextInt(1 << 24);
                Generation.V1.encodeAdd(records, client, 1 + random.nextInt(65_535), TARGET, TARGET_PORT);
            }
            send(socket, records);
            pause(300);
        }
    }

    private void silence(Random random) throws IOException {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < SILENT; i++) {
                silent.add(connect("127.0.0." + (70 + random.nextInt(100))));
            }
            pause(500);
        } finally {
            closeAll(silent);
        }
    }

    private void oddBytes(Random random) throws IOException {
        byte[] bytes = new byte[8 + random.nextInt(4000)];
        random.nextBytes(bytes);
        try (Socket socket = connect("127.0.0.64")) {
            socket.getOutputStream().write(bytes);
            pause(20);
        }
    }

    private void reconnects(Random random) throws IOException {
        try (Socket socket = connect("127.0.0.65")) {
            ByteBuffer records = opening(1);
            Generation.V1.encodeAdd(records, 0x0a000000 | random.nextInt(1 << 24), 1, TARGET, TARGET_PORT);
            send(socket, records);
            socket.setSoLinger(random.nextBoolean(), 0);
            pause(5);
        }
    }

    private static void closeAll(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /** What an attack is made of: nothing is waited for. */
    private static void pause(int ms) {
        LockSupport.parkNanos(ms * 1_000_000L);
    }

    /**
     * Attacks from a line on standard input to the next, and so on; prints a line when it has begun and when it has ended.
     *
     * @param arguments host and port of intercept, port of its metrics
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        HostileCrowd crowd = new HostileCrowd(
                new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])),
                new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[2])));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        while (lines.readLine() != null) {
            crowd.begin();
            System.out.println("begun");
            boolean isMore = lines.readLine() != null;
            crowd.end();
            System.out.println("ended " + crowd.done);
            if (!isMore) {
                break;
            }
        }
    }
}
