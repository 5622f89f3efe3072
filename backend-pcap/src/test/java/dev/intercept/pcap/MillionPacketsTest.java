package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.intercept.kit.Commands;
import dev.intercept.pcap.link.Frames;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What reading costs, beside tcpdump's reading of the same file on the same machine at the same time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MillionPacketsTest {

    private static final int PACKETS = 1_000_000;
    private static final int DISTINCT = 10_000;
    private static final int ROUNDS = 3;

    /** Far below what is seen (two to seven million): the machine may have other work. */
    private static final double LEAST_PACKETS_PER_SECOND = 200_000;

    /** What a hundred thousand packets may allocate altogether. */
    private static final long MOST_ALLOCATED_BYTES = 10_000;

    @TempDir
    private static Path directory;

    private Path file;

    @BeforeAll
    void write() throws Exception {
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < DISTINCT; i++) {
            frames.add(Frames.ethernet(Responses.response(i)));
        }
        file = CaptureFiles.pcap(directory.resolve("million.pcap"), 1, frames);
        int fileHeaderBytes = 24;
        byte[] bytes = Files.readAllBytes(file);
        byte[] records = Arrays.copyOfRange(bytes, fileHeaderBytes, bytes.length);
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(bytes, 0, fileHeaderBytes);
            for (int n = 0; n < PACKETS; n += DISTINCT) {
                out.write(records);
            }
        }
    }

    @Test
    void shouldReadAMillionPacketsAboutAsFastAsTcpdump() throws Exception {
        double best = 0;
        double tcpdump = 0;
        for (int round = 0; round < ROUNDS; round++) {
            best = Math.max(best, packetsPerSecond(() -> assertEquals(PACKETS, readWith(new Ports()))));
            tcpdump = Math.max(
                    tcpdump,
                    packetsPerSecond(
                            () -> Commands.exec("tcpdump", "-Z", "root", "-r", file.toString(), "-w", "/dev/null")));
        }
        System.out.printf(
                "%,d packets from a file, best of %d: pcap backend %,.0f packets/s, tcpdump -r FILE -w /dev/null %,.0f packets/s%n",
                PACKETS, ROUNDS, best, tcpdump);
        assertTrue(best > LEAST_PACKETS_PER_SECOND, "packets per second: " + best);
    }

    @Test
    void shouldAllocateNothingForAPacket() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Ports handler = new Ports();
        try (CaptureBackend backend = Backends.file(file)) {
            poll(backend, handler, 100_000);
            long before = threads.getCurrentThreadAllocatedBytes();
            poll(backend, handler, 100_000);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(allocated < MOST_ALLOCATED_BYTES, "bytes allocated for 100000 packets: " + allocated);
        }
    }

    private static void poll(CaptureBackend backend, PacketHandler handler, int packets) throws BackendException {
        for (int n = 0; n < packets; ) {
            n += backend.poll(handler, 64, 100);
        }
    }

    private int readWith(Ports handler) throws Exception {
        int packets = 0;
        try (CaptureBackend backend = Backends.file(file)) {
            for (int n = 0; n != CaptureBackend.END; n = backend.poll(handler, 64, 100)) {
                packets += n;
            }
        }
        return packets;
    }

    private static double packetsPerSecond(Work work) throws Exception {
        long startNs = System.nanoTime();
        work.run();
        return PACKETS * 1e9 / (System.nanoTime() - startNs);
    }

    private interface Work {
        void run() throws Exception;
    }

    /** Reads each packet's ports, so that no packet can be left out. */
    private static final class Ports implements PacketHandler {
        private long sum;

        @Override
        public Verdict onPacket(ByteBuffer packet) {
            sum += packet.getInt(packet.position() + 20);
            return sum == 0 ? Verdict.ACCEPT : Verdict.DROP;
        }
    }
}
