package dev.intercept.ipqueue;

import dev.intercept.spi.BackendException;
import java.lang.ref.Reference;

/** Makes a socket the listener of ip_queue: sends the mode message and waits for the kernel's word that it holds. */
final class Handshake {

    private static final int ANSWER_WAIT_MS = 2000;
    private static final int WAIT_STEP_MS = 100;
    private static final int SEQUENCE = 1;

    private final NetlinkSocket socket;
    private final Waiter waiter;
    private final Inbox inbox;
    private final VerdictBatch verdicts;
    private final ProcFiles proc;
    private final WordSize word;

    Handshake(NetlinkSocket socket, Waiter waiter, Inbox inbox, VerdictBatch verdicts, ProcFiles proc, WordSize word) {
        this.socket = socket;
        this.waiter = waiter;
        this.inbox = inbox;
        this.verdicts = verdicts;
        this.proc = proc;
        this.word = word;
    }

    /** @throws BackendException when the kernel refuses or does not answer; the text says what to do */
    void listen(int copyRangeBytes) throws BackendException {
        sendMode(copyRangeBytes);
        for (int waitedMs = 0; waitedMs < ANSWER_WAIT_MS; waitedMs += WAIT_STEP_MS) {
            waiter.await(WAIT_STEP_MS);
            if (answered()) {
                return;
            }
        }
        throw Refusal.noAnswer(ANSWER_WAIT_MS);
    }

    private void sendMode(int copyRangeBytes) throws BackendException {
        MessageVector mode = new MessageVector(word, 1, ModeMessage.bytes(word));
        ModeMessage.write(mode.memory(), mode.slotOffset(0), word, SEQUENCE, socket.portId(), copyRangeBytes);
        int sent = new Sender(socket.fd(), mode).send(0, 1);
        // The call saw an address only, which does not keep the memory alive.
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
                case PACKET, UNREADABLE_PACKET -> verdicts.addDrop(inbox.packetId(slot));
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
