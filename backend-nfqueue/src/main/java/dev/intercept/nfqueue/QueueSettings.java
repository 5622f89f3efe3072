package dev.intercept.nfqueue;

import dev.intercept.nfnetlink.CopyRange;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureRules;
import dev.intercept.spi.CaptureRules.Mechanism;
import java.util.List;
import java.util.Optional;

/**
 * What the user chose for the queues.
 *
 * @param firstQueue 0 to 65535
 * @param lastQueue not below {@code firstQueue}
 * @param maxPackets packets that wait in the kernel, for each queue; beyond, it drops
 * @param copyRangeBytes how much of each packet is handed up
 * @param gso whether large packets come whole instead of being cut and checksummed for us
 * @param coalesceUs how long packets that come briskly may gather at most, in microseconds; 0 for not at all
 */
record QueueSettings(int firstQueue, int lastQueue, int maxPackets, int copyRangeBytes, boolean gso, int coalesceUs) {

    static final String QUEUE = "--queue";
    static final String QUEUE_MAXLEN = "--queue-maxlen";
    static final String GSO = "--gso";
    static final String COALESCE = "--coalesce-us";

    /** One thread polls each queue. */
    static final int MAX_QUEUES = 64;

    private static final int MAX_QUEUE_NUMBER = 65535;
    private static final int MAX_MAXLEN = 1 << 20;

    /** Packets that Linux 6.18 keeps in a queue, whatever length was asked for: measured. */
    private static final int MAX_WAITING = 1 << 16;

    private static final int MAX_COALESCE_US = 10_000;

    static final List<BackendOption> OPTIONS = List.of(
            new BackendOption(
                    List.of(QUEUE), "N|A:B", "0", "queue number of the rule, or several: one capture thread each"),
            new BackendOption(
                    List.of(QUEUE_MAXLEN, "-q"), "N", "8192", "packets that may wait in the kernel for each queue"),
            CopyRange.OPTION,
            new BackendOption(List.of(GSO), "on|off", "on", "take large packets whole, instead of cut into segments"),
            new BackendOption(
                    List.of(COALESCE),
                    "US",
                    "500",
                    "microseconds that brisk traffic may gather at most, to save wake-ups; 0 for not at all"));

    static QueueSettings from(BackendOptions options) throws BackendException {
        CaptureRules rules = rules(options);
        return new QueueSettings(
                rules.firstNumber(),
                rules.lastNumber(),
                options.number(QUEUE_MAXLEN, 1, MAX_MAXLEN),
                CopyRange.bytes(options),
                onOrOff(options),
                options.number(COALESCE, 0, MAX_COALESCE_US));
    }

    /** One queue, {@code "3"}, or a range with equal shares, {@code "0:3"}. */
    static CaptureRules rules(BackendOptions options) throws BackendException {
        String queues = options.text(QUEUE).orElseThrow();
        int colon = queues.indexOf(':');
        int first = queueNumber(queues, colon < 0 ? queues : queues.substring(0, colon));
        int last = queueNumber(queues, queues.substring(colon + 1));
        if (last < first || last - first >= MAX_QUEUES) {
            throw badQueue(queues);
        }
        boolean isOne = first == last;
        String numbers = isOne ? Integer.toString(first) : first + ":" + last;
        return new CaptureRules(
                Mechanism.NFQUEUE,
                QUEUE,
                first,
                last,
                List.of(List.of("-j", "NFQUEUE", isOne ? "--queue-num" : "--queue-balance", numbers)),
                "queue num " + numbers.replace(':', '-'));
    }

    /** What to do when a queue is full. */
    String lengthRemedy() {
        return maxPackets < MAX_WAITING ? longerQueue() : moreQueues();
    }

    /** For a length that the kernel grants silently and does not keep. */
    Optional<String> warning() {
        return maxPackets <= MAX_WAITING
                ? Optional.empty()
                : Optional.of(QUEUE_MAXLEN + " " + maxPackets
                        + " is more than today's kernels keep; should packets be lost: " + moreQueues());
    }

    private String longerQueue() {
        return "intercept --queue-maxlen=" + Math.min(MAX_WAITING, 2 * maxPackets) + "  # now " + maxPackets
                + "; or spread over more queues: --queue=A:B, and --queue-balance in the rule, now --queue="
                + firstQueue + (lastQueue == firstQueue ? "" : ":" + lastQueue);
    }

    private String moreQueues() {
        int last = Math.min(Math.min(MAX_QUEUE_NUMBER, firstQueue + MAX_QUEUES - 1), lastQueue + 1);
        String queues = firstQueue + ":" + last;
        return "intercept --queue=" + queues + "  # and --queue-balance " + queues + " in the rule: the kernel keeps "
                + MAX_WAITING + " packets in a queue at most";
    }

    private static int queueNumber(String queues, String number) throws BackendException {
        // At most five digits: parseInt cannot fail, and takes no sign.
        if (!number.matches("[0-9]{1,5}") || Integer.parseInt(number) > MAX_QUEUE_NUMBER) {
            throw badQueue(queues);
        }
        return Integer.parseInt(number);
    }

    private static BackendException badQueue(String queues) {
        return new BackendException(
                BackendException.Kind.USAGE,
                QUEUE + " " + queues + ": must be a queue number from 0 to " + MAX_QUEUE_NUMBER
                        + ", or a range A:B of at most " + MAX_QUEUES + " queues with A not above B");
    }

    private static boolean onOrOff(BackendOptions options) throws BackendException {
        String gso = options.text(GSO).orElseThrow();
        if (!gso.equals("on") && !gso.equals("off")) {
            throw new BackendException(BackendException.Kind.USAGE, GSO + " " + gso + ": must be on or off");
        }
        return gso.equals("on");
    }
}
