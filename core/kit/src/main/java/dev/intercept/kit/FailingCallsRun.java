package dev.intercept.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.ReopeningBackend;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * One backend that reopens what fails, in a kernel in memory whose calls fail as a seed says and whose clock stands still but for
 * what is waited: it goes on when the fault has ended, or stops with one line that says why, in time. One thread.
 */
public abstract class FailingCallsRun {

    private static final int BATCHES = 12;
    private static final int PAUSE_MS = 700;
    private static final int RECOVERY_POLLS = 3;
    private static final int TCP_SEQUENCE_OFFSET = 24;
    private static final long DEADLINE_NS = 10_000_000_000L;

    /** What stands in for the kernel. */
    public interface Kernel {

        /** Stands still but for what is waited and {@link #passMs}. */
        long nanoTime();

        void passMs(long ms);

        /** Descriptors that nobody closed. */
        Set<Integer> open();
    }

    protected final SeededFaults faults;

    /** What failed messages begin with: the seed, and what it made fail. */
    protected final String name;

    private final Map<Integer, Verdict> wanted = new HashMap<>();
    private final int batchPackets;
    private final String endPattern;
    private int handed;
    private int polls;
    private long handedNs;

    /**
     * @param calls as {@link SeededFaults} takes them
     * @param batchPackets packets that come at once
     * @param endPattern what the one line says when it does not start, or ends
     */
    protected FailingCallsRun(int seed, List<String> calls, int batchPackets, String endPattern) {
        this.batchPackets = batchPackets;
        this.endPattern = endPattern;
        faults = new SeededFaults(seed, calls);
        name = "run " + seed + ": " + faults;
    }

    /** Opens the backend for the first time. */
    protected abstract ReopeningBackend open() throws BackendException;

    /** A packet comes to the kernel. */
    protected abstract void queuePacket();

    /** The number of a packet that was handed to the handler, one for each {@link #queuePacket}: its sequence number of TCP. */
    protected int number(ByteBuffer packet) {
        return packet.getInt(packet.position() + TCP_SEQUENCE_OFFSET);
    }

    /**
     * Whether to poll again.
     *
     * @param polls since the last packet came to the kernel
     * @param handed packets handed to the handler since then
     */
    protected abstract boolean isWaiting(int polls, int handed);

    protected abstract Kernel kernel();

    /** The backend went on, and wanted this verdict for this packet; throws where the kernel did something worse. */
    protected void assertNotEscaped(int number, Verdict verdict) {}

    /** Runs of all seeds below {@code runs}; each way to end must be among them, a start that fails at least once in {@code perStart}. */
    public static void runAll(int runs, int perStart, IntFunction<? extends FailingCallsRun> bySeed) {
        Map<String, Integer> ends = new HashMap<>();
        for (int seed = 0; seed < runs; seed++) {
            ends.merge(bySeed.apply(seed).run(), 1, Integer::sum);
        }
        assertTrue(ends.getOrDefault("went on", 0) > runs / 3, ends::toString);
        assertTrue(ends.getOrDefault("did not start", 0) > runs / perStart, ends::toString);
        assertTrue(ends.getOrDefault("ended", 0) > runs / 100, ends::toString);
    }

    /** @return how it ended */
    protected String run() {
        String end;
        try {
            end = poll(open());
        } catch (BackendException e) {
            end = ended("did not start", e);
        }
        assertEquals(Set.of(), kernel().open(), name + ": open descriptors");
        return end;
    }

    private String poll(CaptureBackend backend) {
        faults.begin();
        try (backend) {
            for (int batch = 0; batch < BATCHES; batch++) {
                handOver(backend, batchPackets);
                kernel().passMs(PAUSE_MS);
            }
            recover(backend);
            int before = wanted.size();
            handOver(backend, 1);
            assertEquals(before + 1, wanted.size(), name + ": it does not go on when the fault has ended");
            wanted.forEach(this::assertNotEscaped);
            return "went on";
        } catch (BackendException e) {
            return ended("ended", e);
        }
    }

    private void recover(CaptureBackend backend) throws BackendException {
        faults.end();
        kernel().passMs(ReopeningBackend.GIVE_UP_S * 1_000L);
        for (int i = 0; i < RECOVERY_POLLS; i++) {
            backend.poll(packet -> Verdict.DROP, 64, 0);
            kernel().passMs(1_000);
        }
    }

    private void handOver(CaptureBackend backend, int packets) throws BackendException {
        for (int i = 0; i < packets; i++) {
            queuePacket();
        }
        long begunNs = kernel().nanoTime();
        int begunPolls = polls;
        int begunHanded = handed;
        do {
            backend.poll(packet -> judge(number(packet)), 64, polls++ % 4 == 0 ? 1 : 0);
            kernel().passMs(10);
            assertTrue(kernel().nanoTime() - begunNs < DEADLINE_NS, name + ": hangs");
        } while (isWaiting(polls - begunPolls, handed - begunHanded));
    }

    private Verdict judge(int number) {
        handed++;
        handedNs = kernel().nanoTime();
        Verdict verdict = number % 3 == 0 ? Verdict.ACCEPT : Verdict.DROP;
        wanted.put(number, verdict);
        return verdict;
    }

    private String ended(String how, BackendException e) {
        assertTrue(String.valueOf(e.getMessage()).matches(endPattern), name + ": " + e);
        assertTrue(kernel().nanoTime() - handedNs < DEADLINE_NS, name + ": ended late");
        return how;
    }
}
