package dev.intercept.kit;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the rules of {@link CaptureBackendContract} are written with. Packets are numbered by their TCP sequence number. */
abstract class ContractBench {

    /** A wait that is expected to end without its event. */
    static final int SHORT_MS = 50;

    /** A wait that must not be waited for. */
    static final int LONG_MS = 600_000;

    static final int PACKETS_PER_ROUND = 50;
    static final int WARM_UP_ROUNDS = 20;
    static final int MEASURED_ROUNDS = 20;

    private static final int SEQUENCE_OFFSET = 24;

    private final List<CaptureBackend> opened = new ArrayList<>();
    private BackendFixture fixture;

    /** A fresh packet source and its surroundings, once for each rule. */
    protected abstract BackendFixture newFixture() throws Exception;

    /** How long a rule waits for what must happen before it fails, in milliseconds. */
    protected int patienceMs() {
        return 60_000;
    }

    @BeforeEach
    void setUpFixture() throws Exception {
        fixture = newFixture();
    }

    @AfterEach
    void closeFixture() throws Exception {
        opened.forEach(CaptureBackend::close);
        fixture.close();
    }

    BackendFixture fixture() {
        return fixture;
    }

    CaptureBackend open() throws Exception {
        CaptureBackend backend = fixture.open();
        opened.add(backend);
        return backend;
    }

    /** Closes a backend that the rule has opened, so that it is not closed a second time afterwards. */
    void close(CaptureBackend backend) {
        if (opened.remove(backend)) {
            backend.close();
        }
    }

    static byte[] packet(int number) {
        return new PacketBuilder()
                .identification(number + 1)
                .sequence(number)
                .payload((byte) number, (byte) 'x')
                .build();
    }

    /** Injects {@code count} packets numbered from {@code first} and returns their numbers. */
    List<Integer> inject(int first, int count) throws Exception {
        List<Integer> numbers = new ArrayList<>();
        for (int number = first; number < first + count; number++) {
            fixture.inject(packet(number));
            numbers.add(number);
        }
        return numbers;
    }

    static int numberOf(ByteBuffer packet) {
        int at = packet.position() + SEQUENCE_OFFSET;
        int number = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            number = number << 8 | packet.get(at + i) & 0xff;
        }
        return number;
    }

    /** A pattern with runs of different length, so that batches of verdicts begin and end at many places. */
    static boolean isAccepted(int number) {
        return number % 7 == 0 || number % 11 > 6;
    }

    static PacketHandler collecting(List<Integer> numbers) {
        return packet -> {
            numbers.add(numberOf(packet));
            return Verdict.DROP;
        };
    }

    static List<Integer> sorted(List<Integer> numbers) {
        return numbers.stream().sorted().toList();
    }

    /** Polls until {@code count} packets have been handed over, and returns their numbers. */
    List<Integer> pollAll(CaptureBackend backend, int count, IntFunction<Verdict> verdict) throws Exception {
        List<Integer> numbers = new ArrayList<>();
        pollFor(backend, count, packet -> {
            int number = numberOf(packet);
            numbers.add(number);
            return verdict.apply(number);
        });
        return numbers;
    }

    /** Polls until the handler was called {@code count} times. */
    void pollFor(CaptureBackend backend, int count, PacketHandler handler) throws Exception {
        int[] calls = new int[1];
        PacketHandler counting = packet -> {
            calls[0]++;
            return handler.onPacket(packet);
        };
        awaitOrFail(count + " packets", () -> {
            backend.poll(counting, 64, SHORT_MS);
            return calls[0] >= count;
        });
    }

    /** Repeats a step that waits a little itself until it says true. */
    void awaitOrFail(String what, Callable<Boolean> step) throws Exception {
        long deadlineNs = System.nanoTime() + patienceMs() * 1_000_000L;
        while (!bounded(what, step)) {
            if (System.nanoTime() - deadlineNs > 0) {
                fail("waited " + patienceMs() + " ms for " + what);
            }
        }
    }

    /** Runs a call on another thread and fails when it does not end in time. */
    <T> T bounded(String what, Callable<T> call) throws Exception {
        return assertTimeoutPreemptively(Duration.ofMillis(patienceMs()), call::call, () -> "no end of " + what);
    }

    /** The numbers of the packets that went on: {@code count} of them, and any that come right behind. */
    List<Integer> accepted(int count) throws Exception {
        List<Integer> numbers = new ArrayList<>();
        while (true) {
            Optional<byte[]> packet = fixture.accepted(numbers.size() < count ? patienceMs() : SHORT_MS);
            if (packet.isEmpty()) {
                return numbers;
            }
            numbers.add(numberOf(ByteBuffer.wrap(packet.get())));
        }
    }

    /** Bytes that this thread allocated in poll, over so many rounds of {@link #PACKETS_PER_ROUND} packets. */
    long pollAllocating(CaptureBackend backend, PacketHandler handler, int rounds) throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = 0;
        for (int round = 0; round < rounds; round++) {
            inject(0, PACKETS_PER_ROUND);
            int left = PACKETS_PER_ROUND;
            long deadlineNs = System.nanoTime() + patienceMs() * 1_000_000L;
            long before = threads.getCurrentThreadAllocatedBytes();
            while (left > 0 && System.nanoTime() - deadlineNs < 0) {
                left -= backend.poll(handler, 64, SHORT_MS);
            }
            bytes += threads.getCurrentThreadAllocatedBytes() - before;
        }
        return bytes;
    }
}
