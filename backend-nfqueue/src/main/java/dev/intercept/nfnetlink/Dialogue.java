package dev.intercept.nfnetlink;

import dev.intercept.netlink.DatagramVector;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.MessageCursor;
import dev.intercept.netlink.NetlinkAttribute;
import dev.intercept.netlink.NetlinkError;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.SystemCallException;
import java.nio.ByteBuffer;

/**
 * Says requests to one queue or group, one at a time, and waits for the kernel's answer to each.
 *
 * <p>Thread rule: one thread, before packets are polled.
 */
public final class Dialogue {

    private static final int MAX_MESSAGE_BYTES = 128;
    private static final int FLAGS = NetlinkHeader.NLM_F_REQUEST | NetlinkHeader.NLM_F_ACK;

    /** The kernel answers before the request's system call returns; this only ends a wait for a kernel that does not. */
    private static final int ANSWER_TIMEOUT_MS = 2_000;

    private static final int NO_ANSWER_YET = -1;

    private final NetlinkSocket socket;
    private final String subject;
    private final int resource;
    private final int packetType;
    private final Inbox inbox;
    private final DatagramVector request;
    private int sequence;
    private int bytes;

    /**
     * @param subject begins each error text, {@code "queue 3"}
     * @param resource number of the queue or group
     * @param packetType type of messages with packets: they come only when everything is set
     * @param inbox where answers are received, and packets; left at the beginning of the batch with the last answer
     */
    public Dialogue(NetlinkSocket socket, String subject, int resource, int packetType, Inbox inbox) {
        this.socket = socket;
        this.subject = subject;
        this.resource = resource;
        this.packetType = packetType;
        this.inbox = inbox;
        request = new DatagramVector(socket.calls(), 1, MAX_MESSAGE_BYTES);
    }

    /** Begins a request that wants an answer; returns where it is written. */
    public ByteBuffer begin(int type, int family) {
        NetfilterHeader.put(data(), 0, type, FLAGS, ++sequence, family, resource);
        bytes = NetfilterHeader.BYTES;
        return data();
    }

    /** Appends an attribute and returns where its value goes. */
    public int attribute(int type, int valueBytes) {
        int value = bytes + NetlinkAttribute.HEADER_BYTES;
        NetlinkAttribute.put(data(), bytes, type, valueBytes);
        bytes = NetlinkAttribute.align(value + valueBytes);
        return value;
    }

    private ByteBuffer data() {
        return request.data();
    }

    /** Sends the request and fails with the error of its answer. */
    public void demand(String what) throws SystemCallException {
        check(what, ask(what));
    }

    /** Throws when an answer is an error. */
    public void check(String what, int errno) throws SystemCallException {
        if (errno != 0) {
            throw failed(what, errno);
        }
    }

    /** Sends the request and returns the error number of its answer, 0 for none. */
    public int ask(String what) throws SystemCallException {
        NetlinkHeader.putLength(data(), 0, bytes);
        int sent = socket.send(request, bytes);
        if (sent < 0) {
            throw failed(what, -sent);
        }
        long deadlineNs = socket.calls().nanoTime() + ANSWER_TIMEOUT_MS * 1_000_000L;
        int answer = receiveAnswer(what);
        while (answer == NO_ANSWER_YET) {
            long leftMs = (deadlineNs - socket.calls().nanoTime() + 999_999) / 1_000_000;
            if (leftMs <= 0) {
                throw new SystemCallException(subject + ": waiting for the answer to " + what, Errno.EAGAIN);
            }
            int ready = socket.await((int) leftMs);
            if (ready < 0) {
                throw failed("waiting for the answer to " + what, -ready);
            }
            answer = receiveAnswer(what);
        }
        return answer;
    }

    private int receiveAnswer(String what) throws SystemCallException {
        int datagrams = inbox.receiveDatagrams(Integer.MAX_VALUE);
        if (datagrams < 0) {
            throw failed("receiving the answer to " + what, -datagrams);
        }
        return datagrams == 0 ? NO_ANSWER_YET : findAnswer();
    }

    private int findAnswer() {
        int answer = NO_ANSWER_YET;
        while (answer == NO_ANSWER_YET && inbox.next()) {
            answer = answerAtCursor();
        }
        // Packets behind the answer, or in front of it, are for the first poll.
        inbox.rewind();
        return answer;
    }

    private int answerAtCursor() {
        MessageCursor message = inbox.message();
        if (NetlinkHeader.type(message.data(), message.at()) == packetType) {
            // They come only when everything is set, so this answers the last request.
            return 0;
        }
        return NetlinkError.answers(sequence, message.data(), message.at(), message.bytes())
                ? NetlinkError.errno(message.data(), message.at())
                : NO_ANSWER_YET;
    }

    private SystemCallException failed(String what, int errno) {
        return new SystemCallException(subject + ": " + what, errno);
    }
}
