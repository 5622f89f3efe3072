package dev.intercept.nfqueue;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RawSocket;
import dev.intercept.nfnetlink.JnaSystemCalls;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * What a poll costs: CPU of the polling thread, user and kernel, for each packet. Run by hand, as root, with {@code main};
 * arguments: packets a second (0 for full speed), seconds,
 * and microseconds of coalescing.
 */
final class PollBench {

    private static final int POLL_LIMIT = 64;
    private static final int BURST_PACKETS = 16;

    private volatile boolean sending = true;

    public static void main(String[] args) throws Exception {
        int rate = args.length > 0 ? Integer.parseInt(args[0]) : 100_000;
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        String coalesceUs = args.length > 2 ? args[2] : "500";
        try (QueueFixture fixture = new QueueFixture();
                CaptureBackend backend = fixture.open(new JnaSystemCalls(), Map.of("--coalesce-us", coalesceUs))) {
            for (int round = 0; round < 3; round++) {
                System.out.println(new PollBench().round(fixture, backend, rate, seconds));
            }
        }
    }

    private String round(QueueFixture fixture, CaptureBackend backend, int rate, int seconds) throws Exception {
        long[] sent = new long[1];
        Thread sender = new Thread(() -> sent[0] = send(fixture, rate, seconds));
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long cpuNs = threads.getCurrentThreadCpuTime();
        long userNs = threads.getCurrentThreadUserTime();
        sender.start();
        PacketHandler handler = packet -> Verdict.DROP;
        long handled = 0;
        long polls = 0;
        int batch = 1;
        while (sending || batch > 0) {
            batch = backend.poll(handler, POLL_LIMIT, 100);
            handled += batch;
            polls += batch > 0 ? 1 : 0;
        }
        sender.join();
        cpuNs = threads.getCurrentThreadCpuTime() - cpuNs;
        userNs = threads.getCurrentThreadUserTime() - userNs;
        KernelStats stats = backend.kernelStats();
        return String.format(
                "sent %d, handled %d, %.1f a poll; CPU us a packet %.2f, of it user %.2f; lost so far %d",
                sent[0],
                handled,
                (double) handled / polls,
                cpuNs / 1e3 / handled,
                userNs / 1e3 / handled,
                stats.lost());
    }

    private long send(QueueFixture fixture, int rate, int seconds) {
        byte[] packet = new PacketBuilder().tcpOptions(new byte[20]).build();
        long beginNs = System.nanoTime();
        long endNs = beginNs + seconds * 1_000_000_000L;
        long sent = 0;
        try (RawSocket raw = fixture.namespace().call(RawSocket::new)) {
            for (long nowNs = beginNs; nowNs < endNs; nowNs = System.nanoTime()) {
                long due = rate == 0 ? sent + BURST_PACKETS : (nowNs - beginNs) * rate / 1_000_000_000L;
                if (due - sent < 1) {
                    LockSupport.parkNanos(50_000);
                }
                for (; sent < due; sent++) {
                    sendOrDrop(raw, packet);
                }
            }
        } catch (Exception e) {
            throw new IllegalStateException("the sender stopped", e);
        } finally {
            sending = false;
        }
        return sent;
    }

    private static void sendOrDrop(RawSocket raw, byte[] packet) {
        try {
            raw.send(packet);
        } catch (java.io.IOException e) {
            // Dropped by a full queue: counted by the kernel.
        }
    }
}
