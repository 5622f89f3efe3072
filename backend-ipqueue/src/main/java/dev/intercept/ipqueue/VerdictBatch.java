package dev.intercept.ipqueue;

import dev.intercept.netlink.DatagramVector;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.WordSize;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.Verdict;

/**
 * The verdicts of one batch in the packets' order of arrival, in which the kernel finds each packet at the head of its
 * list. For the capture thread.
 */
final class VerdictBatch {

    private static final int SEND_TRIES = 3;

    private final NetlinkSocket socket;
    private final WordSize word;
    private final DatagramVector datagrams;
    private final MessageCounters counters;
    private int size;

    VerdictBatch(NetlinkSocket socket, int maxVerdicts, MessageCounters counters) {
        this.socket = socket;
        this.counters = counters;
        word = socket.calls().wordSize();
        datagrams = new DatagramVector(socket.calls(), maxVerdicts, VerdictMessage.bytes(word));
        for (int slot = 0; slot < maxVerdicts; slot++) {
            datagrams.setCapacity(slot, VerdictMessage.bytes(word));
            VerdictMessage.writeConstants(datagrams.data(), datagrams.offset(slot), word, socket.portId());
        }
    }

    /** Adds a DROP for this packet. Whatever happens before {@link #replaceLast}, the packet has its verdict. */
    void addDrop(long packetId) {
        VerdictMessage.write(datagrams.data(), datagrams.offset(size), word, packetId);
        size++;
    }

    /** The verdict for the packet that was added last. */
    void replaceLast(Verdict verdict) {
        VerdictMessage.setVerdict(datagrams.data(), datagrams.offset(size - 1), verdict);
    }

    /**
     * Sends what was added and forgets it.
     *
     * @throws BackendException when the kernel's side takes no verdicts any more
     */
    void flush() throws BackendException {
        int end = size;
        size = 0;
        int next = 0;
        int tries = 0;
        while (next < end) {
            int sent = socket.send(datagrams, next, end - next);
            if (sent > 0) {
                next += sent;
                tries = 0;
            } else if (sent != -Errno.EINTR && ++tries >= SEND_TRIES) {
                next++;
                tries = 0;
                counters.unsent(-sent);
            } else {
                throwIfBroken(-sent);
            }
        }
    }

    private static void throwIfBroken(int errno) throws BackendException {
        if (errno == Errno.ECONNREFUSED || errno == Errno.EAGAIN) {
            throw new BackendException(BackendException.Kind.REFUSED, Refusal.verdictsRefused(errno));
        }
    }
}
