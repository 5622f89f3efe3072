package dev.intercept.ipqueue;

import dev.intercept.netlink.DatagramVector;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.netlink.WordSize;
import dev.intercept.spi.BackendException;
import java.lang.ref.Reference;

/** Makes a socket the listener of ip_queue: sends the mode message and waits for the kernel's word that it holds. */
final class Handshake {

    private static final int ANSWER_WAIT_MS = 2000;
    private static final int SEQUENCE = 1;

    private final NetlinkSocket socket;
    private final Inbox inbox;
    private final VerdictBatch verdicts;
    private final ProcFiles proc;
    private final WordSize word;

    Handshake(NetlinkSocket socket, Inbox inbox, VerdictBatch verdicts, ProcFiles proc) {
        this.socket = socket;
        this.inbox = inbox;
        this.verdicts = verdicts;
        this.proc = proc;
        word = socket.calls().wordSize();
    }

    /** @throws BackendException when the kernel refuses or does not answer; the text says what to do */
    void listen(int copyRangeBytes) throws BackendException {
        sendMode(copyRangeBytes);
        long deadlineNs = socket.calls().nanoTime() + ANSWER_WAIT_MS * 1_000_000L;
        while (!answered()) {
            long leftMs = (deadlineNs - socket.calls().nanoTime() + 999_999) / 1_000_000;
            if (leftMs <= 0) {
                throw Refusal.noAnswer(ANSWER_WAIT_MS);
            }
            inbox.await((int) leftMs);
        }
    }

    private void sendMode(int copyRangeBytes) throws BackendException {
        int bytes = ModeMessage.bytes(word);
        DatagramVector mode = new DatagramVector(socket.calls(), 1, bytes);
        ModeMessage.write(mode.data(), mode.offset(0), word, SEQUENCE, socket.portId(), copyRangeBytes);
        int sent = socket.send(mode, bytes);
        // The call may have seen an address only, which does not keep the memory alive.
        Reference.reachabilityFence(mode);
        if (sent == -Errno.ECONNREFUSED) {
            throw Refusal.nobodyAnswers();
        }
        if (sent < 0) {
            throw Refusal.setUpFailed(new SystemCallException("sending the mode message", -sent));
        }
    }

    /** Packets may come before the answer does: queued between the two, they are dropped like those before intercept ran. */
    private boolean answered() throws BackendException {
        boolean answered = false;
        int messages = inbox.fetch(IpQueueBackend.MAX_BATCH);
        for (int slot = 0; slot < messages; slot++) {
            switch (inbox.kind(slot)) {
                case PACKET -> verdicts.addDrop(inbox.packetId(slot));
                case ANSWER -> answered |= isAnswer(slot);
                case OTHER -> {}
            }
        }
        verdicts.flush();
        return answered;
    }

    private boolean isAnswer(int slot) throws BackendException {
        if (inbox.answeredSequence(slot) != SEQUENCE) {
            return false;
        }
        int errno = inbox.errno(slot);
        switch (errno) {
            case 0:
                return true;
            case Errno.EPERM:
                throw Refusal.noPrivilege();
            case Errno.EBUSY:
                throw Refusal.otherListener(proc);
            default:
                throw Refusal.modeRefused(errno, word);
        }
    }
}
