package dev.intercept.pcap;

import dev.intercept.spi.KernelStats;
import dev.intercept.spi.KernelStats.Loss;
import java.util.List;
import org.pcap4j.core.PcapNativeException;

/**
 * What pcap_stats(3) counted for one device, summed over every time the device was opened. libpcap's counters have 32 bits
 * and wrap; these do not, as long as they are read before 2^32 packets.
 *
 * <p>Thread rule: one thread at a time.
 */
final class DropCounters {

    private final String interfaceRemedy;
    private final String bufferRemedy;
    private final Total received = new Total();
    private final Total dropped = new Total();
    private final Total interfaceDropped = new Total();

    DropCounters(String device, int bufferBytes) {
        bufferRemedy = bufferRemedy(bufferBytes);
        interfaceRemedy = "ethtool -G " + device + " rx N  # the longest that ethtool -g " + device
                + " shows; or spread its interrupts over more processors";
    }

    private static String bufferRemedy(int bufferBytes) {
        String now = PcapOptions.sizeText(bufferBytes);
        if (bufferBytes > PcapOptions.BUFFER_MAX_BYTES / 2) {
            return "narrow " + PcapOptions.FILTER + " (" + PcapOptions.PCAP_BUFFER + " is " + now + " already)";
        }
        return "intercept --backend=pcap " + PcapOptions.PCAP_BUFFER + "=" + PcapOptions.sizeText(bufferBytes * 2)
                + "  # now " + now;
    }

    /** Takes a reading. When libpcap has none, what was read before stays. */
    void read(DeviceHandle handle) {
        try {
            handle.stats(this);
        } catch (PcapNativeException e) {
            // A device that has just gone has no statistics.
        }
    }

    /** A reading: ps_recv, ps_drop and ps_ifdrop of struct pcap_stat, each 0 to 2^32 - 1. */
    void update(long psRecv, long psDrop, long psIfdrop) {
        received.update(psRecv);
        dropped.update(psDrop);
        interfaceDropped.update(psIfdrop);
    }

    /** The next reading will be of a newly opened handle, which counts from 0. */
    void sourceEnded() {
        received.last = 0;
        dropped.last = 0;
        interfaceDropped.last = 0;
    }

    /**
     * On Linux ps_recv counts what passed the filter, dropped or not: what was delivered is the difference.
     *
     * @param further what was lost behind libpcap
     */
    KernelStats stats(Loss further) {
        return new KernelStats(
                0,
                Math.max(0, received.sum - dropped.sum),
                List.of(
                        new Loss("pcap_dropped", dropped.sum, "frames found the capture buffer full", bufferRemedy),
                        new Loss(
                                "interface_dropped",
                                interfaceDropped.sum,
                                "frames were dropped by the device or its driver",
                                interfaceRemedy),
                        further));
    }

    /** A sum of differences between readings of an unsigned 32-bit counter. */
    private static final class Total {
        private long sum;
        private long last;

        private void update(long reading) {
            sum += reading - last & 0xffff_ffffL;
            last = reading;
        }
    }
}
