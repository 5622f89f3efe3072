package dev.intercept.spi;

import java.util.List;

/**
 * One reading of the kernel's counters of a packet source.
 *
 * @param queued packets that wait in the kernel now; 0 where the source has no queue
 * @param received packets the source delivered since it was opened, whatever their verdict
 * @param losses each way in which packets were lost before intercept saw them; same order and names in every reading
 */
public record KernelStats(long queued, long received, List<Loss> losses) {

    public KernelStats {
        losses = List.copyOf(losses);
    }

    /**
     * One way to lose packets.
     *
     * @param name stable, lower case with underscores, for logs and metrics: {@code queue_dropped}
     * @param packets how many were lost since the source was opened
     * @param cause what happened to them, behind a number of packets: {@code "packets found the queue full"}
     * @param remedy what to do when this grows, with the present value of the knob to turn, as the user would type it
     */
    public record Loss(String name, long packets, String cause, String remedy) {

        /** The kernel lost them. */
        public Loss(String name, long packets, String remedy) {
            this(name, packets, "packets were lost in the kernel", remedy);
        }

        /** The same with so many packets more. */
        public Loss plus(long more) {
            return new Loss(name, packets + more, cause, remedy);
        }
    }

    /** Packets lost in the way of this name; 0 for a name that is not known. */
    public long lost(String name) {
        for (Loss loss : losses) {
            if (loss.name().equals(name)) {
                return loss.packets();
            }
        }
        return 0;
    }

    /** Packets lost in all ways together. */
    public long lost() {
        long sum = 0;
        for (Loss loss : losses) {
            sum += loss.packets();
        }
        return sum;
    }
}
