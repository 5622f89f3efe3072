package dev.intercept.ipqueue;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;

/**
 * The verdicts of one batch in the packets' order of arrival, in which the kernel finds each packet at the head of its
 * list. For the capture thread.
 */
final class VerdictBatch {

    private static final int SEND_TRIES = 3;

    private final WordSize word;
    private final MessageVector vector;
    private final Sender sender;
    private final MessageCounters counters;
    private int size;

    VerdictBatch(NetlinkSocket socket, WordSize word, int maxVerdicts, MessageCounters counters) {
        this.word = word;
        this.counters = counters;
        vector = new MessageVector(word, maxVerdicts, VerdictMessage.bytes(word));
        sender = new Sender(socket.fd(), vector);
        ByteBuffer memory = vector.memory();
        for (int slot = 0; slot < maxVerdicts; slot++) {
            VerdictMessage.writeConstants(memory, vector.slotOffset(slot), word, socket.portId());
        }
    }

    /** Adds a DROP for this packet. Whatever happens before {@link #replaceLast}, the packet has its verdict. */
    void addDrop(long packetId) {
        VerdictMessage.write(vector.memory(), vector.slotOffset(size), word, packetId);
        size++;
    }

    /** The verdict for the packet that was added last. */
    void replaceLast(Verdict verdict) {
        VerdictMessage.setVerdict(vector.memory(), vector.slotOffset(size - 1), verdict);
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
            int sent = sender.send(next, end - next);
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

    boolean sendsOneByOne() {
        return sender.sendsOneByOne();
    }
}
