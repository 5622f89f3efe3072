package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.FailingCallsRun;
import dev.intercept.kit.LogLines;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.ReopeningBackend;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Each call of libpcap and of the C library fails with each error, at start and while packets come, once or for ever: the backend
 * goes on when the fault has ended, or stops with a line that says why, in time.
 */
class FailingCallsTest {

    /** A fault that lasts is one loss, one return and an end; one that comes now and then a few of them. */
    private static final int MAX_LINES = 40;

    /** One backend and its device. */
    private static final class Run extends FailingCallsRun {

        private final FakeDevice device = new FakeDevice(faults::errno);
        private ReopeningBackend backend;
        private int sent;

        Run(int seed) {
            super(seed, FakeDevice.CALLS, 1, ".*\\S.*");
        }

        @Override
        protected ReopeningBackend open() throws BackendException {
            PcapSettings settings = PcapOptions.parse(new BackendOptions(
                    PcapOptions.ALL, Map.of("--interface", "eth0", "--filter", "tcp", "--lanes", "2")));
            DeviceSource source = new DeviceSource(device, "eth0", "pcap:eth0#0", settings, new FanoutGroup());
            backend = ReopeningBackend.open(source, device::nanoTime);
            return backend;
        }

        @Override
        protected void queuePacket() {
            device.pass(new PacketBuilder().sequence(++sent).build());
        }

        /** What passes while the device is closed never comes. */
        @Override
        protected boolean isWaiting(int polls, int handed) {
            if (handed == 0 && polls < 100) {
                return true;
            }
            backend.kernelStats();
            assertTrue(handed <= 1, name + ": a packet was handed on twice");
            return false;
        }

        @Override
        protected String run() {
            try (LogLines reopening = new LogLines(ReopeningBackend.class);
                    LogLines watching = new LogLines(DeviceWatch.class)) {
                String end = super.run();
                int lines = reopening.lines().size() + watching.lines().size();
                assertTrue(lines <= MAX_LINES, name + ": " + lines + " lines");
                return end;
            }
        }

        @Override
        protected Kernel kernel() {
            return device;
        }
    }

    @Test
    void shouldGoOnOrEndWithALineWhateverCallFails() {
        FailingCallsRun.runAll(1_000, 40, Run::new);
    }
}
