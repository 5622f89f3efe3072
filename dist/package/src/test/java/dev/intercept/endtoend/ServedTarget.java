package dev.intercept.endtoend;

import static dev.intercept.kit.PacketBuilder.ACK;
import static dev.intercept.kit.PacketBuilder.PSH;
import static dev.intercept.kit.PacketBuilder.RST;
import static dev.intercept.kit.PacketBuilder.SYN;

import dev.intercept.kit.Await;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A real test server, a process of its own that answers each request by as many bytes, or ends it by RST; and the requests that a tcpcopy
 * sends to it in the names of its clients, which it acknowledges by what comes through the tunnel.
 */
final class ServedTarget implements Closeable {

    private static final byte[] REQUEST = "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int TUNNEL_MS = 10_000;

    private final TruthScene scene;
    private final Process process;
    private final List<Integer> waiting = new ArrayList<>();

    ServedTarget(TruthScene scene, String manner) throws Exception {
        this.scene = scene;
        process = scene.network.call(() -> new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServedTarget.class.getName(),
                        manner)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        if (process.inputReader().readLine() == null) {
            throw new IOException("the test server did not start");
        }
    }

    /** The process. It says one line once it listens. */
    public static void main(String[] args) throws IOException {
        try (ServerSocket server = new ServerSocket(TruthScene.PORT, 512, InetAddress.getByName(TestNetwork.TARGET))) {
            System.out.println("listening");
            while (true) {
                Socket socket = server.accept();
                new Thread(() -> serve(socket, args[0].equals("reset"))).start();
            }
        }
    }

    private static void serve(Socket socket, boolean isReset) {
        try (socket) {
            byte[] request = new byte[REQUEST.length];
            while (socket.getInputStream().readNBytes(request, 0, request.length) == request.length) {
                if (isReset) {
                    socket.setOption(StandardSocketOptions.SO_LINGER, 0);
                    return;
                }
                socket.getOutputStream().write(request);
            }
        } catch (IOException e) {
            // The client has gone.
        }
    }

    /** Stops the process, or has it go on, and returns once it has. */
    void signal(String name) throws Exception {
        scene.sh("kill -" + name + " " + process.pid());
        boolean isToStop = name.equals("STOP");
        Await.until("the process gets SIG" + name, () -> isStopped() == isToStop);
    }

    private boolean isStopped() throws IOException {
        String status = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        return status.charAt(status.lastIndexOf(')') + 2) == 'T';
    }

    /** Three connections with a request each, of which the client reads the answer where there is one, and goes. */
    void busySecond(boolean isAnswered) throws Exception {
        for (int i = 0; i < 3; i++) {
            int client = scene.newClient();
            request(client);
            if (!isAnswered) {
                waiting.add(client);
            } else {
                int dataAt = header(scene, client, 0).getInt(24);
                send(scene, client, RST | ACK, 2 + REQUEST.length, dataAt + REQUEST.length);
            }
        }
    }

    /** The clients that got no answer give up. */
    void clientsGo() throws Exception {
        for (int client : waiting) {
            send(scene, client, RST, 2 + REQUEST.length, 0);
        }
        waiting.clear();
    }

    private void request(int client) throws Exception {
        send(scene, client, ACK | PSH, 2, connect(scene, client), REQUEST);
    }

    /** A handshake, after which the server's next byte has the number that is returned. */
    static int connect(TruthScene scene, int client) throws Exception {
        scene.add(client);
        send(scene, client, SYN, 1, 0);
        int next = header(scene, client, SYN).getInt(24) + 1;
        send(scene, client, ACK, 2, next);
        return next;
    }

    /** The next answer to this client: a handshake's, or one with data or an end. */
    private static ByteBuffer header(TruthScene scene, int client, int flags) throws Exception {
        while (true) {
            Optional<ByteBuffer> read = scene.tcpcopy.read(TUNNEL_MS);
            ByteBuffer header = read.orElseThrow(() -> new AssertionError("no answer to " + client + scene.facts()));
            boolean isOfClient = (header.getShort(22) & 0xffff) == TruthScene.port(client)
                    && header.getInt(16) == PacketBuilder.address(TruthScene.address(client));
            boolean isData = (header.get(33) & PSH) != 0;
            if (isOfClient && (flags == 0 ? isData : (header.get(33) & flags) != 0)) {
                return header;
            }
        }
    }

    private static void send(
            TruthScene scene, int client, int flags, int sequence, int acknowledgement, byte... payload)
            throws Exception {
        scene.raw.send(new PacketBuilder()
                .from(TruthScene.address(client), TruthScene.port(client))
                .to(TestNetwork.TARGET, TruthScene.PORT)
                .flags(flags)
                .sequence(sequence)
                .acknowledgement(acknowledgement)
                .payload(payload)
                .build());
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
