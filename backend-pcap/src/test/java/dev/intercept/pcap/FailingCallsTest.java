package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.SeededFaults;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.ReopeningBackend;
import dev.intercept.spi.Verdict;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Each call of libpcap and of the C library fails with each error, at start and while packets come, once or for ever: the backend
 * goes on when the fault is over, or has ended with a line that says why, in time.
 */
class FailingCallsTest {

    private static final int RUNS = 1_000;
    private static final int BATCHES = 12;
    private static final int PAUSE_MS = 700;
    private static final long DEADLINE_NS = 10_000_000_000L;

    /** A fault that lasts is one loss, one return and an end; one that comes now and then a few of them. */
    private static final int MAX_LINES = 40;

    private final Map<String, Integer> ends = new TreeMap<>();

    /** One backend and its device. */
    private final class Run {

        private final SeededFaults faults;
        private final FakeDevice device;
        private final String name;
        private int sent;
        private int handed;
        private long handedNs;

        Run(int seed) {
            faults = new SeededFaults(seed, FakeDevice.CALLS);
            device = new FakeDevice(faults::errno);
            name = "run " + seed + ": " + faults;
        }

        void run() throws BackendException {
            PcapSettings settings = PcapOptions.parse(new BackendOptions(
                    PcapOptions.ALL, Map.of("--interface", "eth0", "--filter", "tcp", "--lanes", "2")));
            try {
                poll(ReopeningBackend.open(
                        new DeviceSource(device, "eth0", "pcap:eth0#0", settings, new FanoutGroup()),
                        device::nanoTime));
            } catch (BackendException e) {
                assertEnded("did not start", e);
            }
            assertTrue(device.open().isEmpty(), () -> name + ": open descriptors " + device.open());
        }

        private void poll(CaptureBackend backend) {
            faults.begin();
            try {
                for (int batch = 0; batch < BATCHES; batch++) {
                    pass(backend);
                    device.passMs(PAUSE_MS);
                }
                faults.end();
                device.passMs(ReopeningBackend.GIVE_UP_S * 1_000L);
                for (int polls = 0; polls < 3; polls++) {
                    backend.poll(packet -> Verdict.DROP, 64, 0);
                    device.passMs(1_000);
                }
                int before = handed;
                pass(backend);
                assertEquals(before + 1, handed, name + ": it does not go on when the fault is over");
                ends.merge("went on", 1, Integer::sum);
            } catch (BackendException e) {
                assertEnded("ended", e);
            } finally {
                backend.close();
            }
        }

        /** A packet, and polls until it came, or a second has passed. */
        private void pass(CaptureBackend backend) throws BackendException {
            device.pass(new PacketBuilder().sequence(++sent).build());
            int before = handed;
            for (int polls = 0; polls < 100 && handed == before; polls++) {
                backend.poll(packet -> count(), 64, polls % 4 == 0 ? 1 : 0);
                device.passMs(10);
            }
            backend.kernelStats();
            assertTrue(handed <= sent, name + ": a packet was handed on twice");
        }

        private Verdict count() {
            handed++;
            handedNs = device.nanoTime();
            return Verdict.DROP;
        }

        private void assertEnded(String how, BackendException e) {
            assertFalse(e.getMessage().isBlank() || e.getMessage().contains("\n"), name + ": " + e);
            assertTrue(device.nanoTime() - handedNs < DEADLINE_NS, name + ": ended late");
            ends.merge(how, 1, Integer::sum);
        }
    }

    @Test
    void shouldGoOnOrEndWithALineWhateverCallFails() throws BackendException {
        for (int seed = 0; seed < RUNS; seed++) {
            try (LogLines reopening = new LogLines(ReopeningBackend.class);
                    LogLines watching = new LogLines(DeviceWatch.class)) {
                new Run(seed).run();
                int lines = reopening.lines().size() + watching.lines().size();
                assertTrue(lines <= MAX_LINES, "run " + seed + ": " + lines + " lines");
            }
        }
        assertTrue(ends.getOrDefault("went on", 0) > RUNS / 3, ends::toString);
        assertTrue(ends.getOrDefault("did not start", 0) > RUNS / 40, ends::toString);
        assertTrue(ends.getOrDefault("ended", 0) > RUNS / 100, ends::toString);
    }
}
