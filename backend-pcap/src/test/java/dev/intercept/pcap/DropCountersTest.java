package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.spi.KernelStats;
import dev.intercept.spi.KernelStats.Loss;
import java.util.List;
import org.junit.jupiter.api.Test;

class DropCountersTest {

    private static final Loss OTHER = new Loss("other", 0, "none");

    private final DropCounters counters = new DropCounters("eth0", 16 << 20);

    @Test
    void shouldNameEachLossWithItsRemedy() {
        counters.update(100, 10, 3);
        assertEquals(
                new KernelStats(
                        0,
                        90,
                        List.of(
                                new Loss(
                                        "pcap_dropped",
                                        10,
                                        "frames found the capture buffer full",
                                        "intercept --backend=pcap --pcap-buffer=32M  # now 16M"),
                                new Loss(
                                        "interface_dropped",
                                        3,
                                        "frames were dropped by the device or its driver",
                                        "ethtool -G eth0 rx N  # the longest that ethtool -g eth0 shows; or spread its "
                                                + "interrupts over more processors"),
                                OTHER)),
                counters.stats(OTHER));
    }

    @Test
    void shouldStartAtNothing() {
        assertEquals(0, counters.stats(OTHER).received());
        assertEquals(0, counters.stats(OTHER).lost());
    }

    @Test
    void shouldGoOnCountingWhenTheDeviceIsOpenedAgain() {
        counters.update(100, 10, 0);
        counters.sourceEnded();
        counters.update(5, 1, 0);
        counters.update(7, 2, 0);
        assertEquals(107 - 12, counters.stats(OTHER).received());
        assertEquals(12, counters.stats(OTHER).lost());
    }

    @Test
    void shouldGoOnCountingWhenLibpcapsCountersWrap() {
        counters.update(0xffff_fff0L, 0xffff_ffffL, 0);
        counters.update(0x10, 0x1, 0);
        assertEquals(0x1_0000_0001L, counters.stats(OTHER).lost());
    }

    @Test
    void shouldNotSuggestABufferThatIsTooLargeToAskFor() {
        String remedy = new DropCounters("eth0", PcapOptions.BUFFER_MAX_BYTES)
                .stats(OTHER)
                .losses()
                .get(0)
                .remedy();
        assertEquals("narrow --filter (--pcap-buffer is 1024M already)", remedy);
        String before = new DropCounters("eth0", PcapOptions.BUFFER_MAX_BYTES / 2)
                .stats(OTHER)
                .losses()
                .get(0)
                .remedy();
        assertEquals("intercept --backend=pcap --pcap-buffer=1024M  # now 512M", before);
    }
}
