package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.spi.CaptureBackend;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as users have them: tcpdump recorded them from a device. */
class RecordedByTcpdumpTest {

    private static final int PACKETS = 20;

    @TempDir
    private Path directory;

    private NetworkNamespace namespace;

    @BeforeEach
    void layOut() throws Exception {
        namespace = NetworkNamespace.withTestNetwork();
    }

    @AfterEach
    void close() {
        namespace.close();
    }

    @Test
    void shouldReadWhatWasRecordedFromADevice() throws Exception {
        assertReads(record("-i", TestNetwork.WIRE_DEVICE));
    }

    @Test
    void shouldReadWhatWasRecordedFromAllDevices() throws Exception {
        assertReads(record("-i", "any", "-Q", "in", "-y", "LINUX_SLL"));
    }

    @Test
    void shouldReadWhatWasRecordedFromAllDevicesWithTheirNumbers() throws Exception {
        assertReads(record("-i", "any", "-Q", "in", "-y", "LINUX_SLL2"));
    }

    private static void assertReads(Path file) throws Exception {
        try (CaptureBackend backend = Backends.file(file)) {
            assertEquals(
                    Recorder.hex(packets()), new Recorder().readAll(backend).packets());
        }
    }

    private Path record(String... arguments) throws Exception {
        Path file = directory.resolve("recorded.pcap");
        List<String> command =
                new ArrayList<>(List.of("tcpdump", "-U", "-Z", "root", "--immediate-mode", "-n", "-s", "256"));
        command.addAll(List.of("-c", String.valueOf(PACKETS), "-w", file.toString()));
        command.addAll(List.of(arguments));
        command.add("tcp and src port 8080");
        Process tcpdump = namespace.call(
                () -> new ProcessBuilder(command).redirectErrorStream(true).start());
        try (BufferedReader output = tcpdump.inputReader()) {
            awaitListening(output);
            send();
            assertTrue(tcpdump.waitFor(60, TimeUnit.SECONDS), "tcpdump has its packets");
        } finally {
            tcpdump.destroy();
        }
        return file;
    }

    private static void awaitListening(BufferedReader output) throws Exception {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.contains("listening on")) {
                return;
            }
        }
        throw new AssertionError("tcpdump ended early");
    }

    private void send() throws Exception {
        try (RawSocket socket = namespace.call(RawSocket::new)) {
            for (byte[] packet : packets()) {
                socket.send(packet);
            }
        }
    }

    private static List<byte[]> packets() {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < PACKETS; i++) {
            packets.add(Responses.response(i));
        }
        return packets;
    }
}
