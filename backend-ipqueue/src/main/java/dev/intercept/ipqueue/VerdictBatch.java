package dev.intercept.ipqueue;

import dev.intercept.netlink.DatagramVector;
import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.WordSize;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.Verdict;

/**
 * The verdicts of one batch in the packets' order of arrival, in which the kernel finds each packet at the head of its
 * list. For the capture thread.
 */
final class VerdictBatch {

    private final NetlinkSocket socket;
    private final WordSize word;
    private final DatagramVector datagrams;
    private int size;

    VerdictBatch(NetlinkSocket socket, int maxVerdicts) {
        this.socket = socket;
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
        int sending = size;
        size = 0;
        int result = socket.sendAll(datagrams, sending);
        if (result < 0) {
            throw new BackendException(BackendException.Kind.REFUSED, Refusal.verdictsRefused(-result));
        }
    }
}
