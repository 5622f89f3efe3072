package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.netlink.Errno;
import dev.intercept.netlink.WordSize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The stand-in does what was measured on a 3.4 kernel, see docs/ip_queue.md. */
class FakeIpQueueTest {

    private static final int LISTENER = 54;
    private static final int OTHER = 55;
    private static final byte[] PACKET = new byte[100];

    private final List<byte[]> delivered = new ArrayList<>();
    private boolean bufferFull;
    private final FakeIpQueue kernel = new FakeIpQueue(WordSize.BITS_64, (port, message) -> {
        if (!bufferFull) {
            delivered.add(message);
        }
        return !bufferFull;
    });

    @Test
    void shouldDropPacketsWhileNobodyListens() {
        assertEquals(0, kernel.queue(PACKET).join());
        assertEquals(0, kernel.length());
    }

    @Test
    void shouldAcknowledgeTheModeMessage() {
        listen();
        assertEquals(36, delivered.get(0).length);
        assertEquals(0, lastErrno());
        assertEquals(LISTENER, kernel.peer());
    }

    @Test
    void shouldHoldAPacketUntilItsVerdict() {
        listen();
        CompletableFuture<Integer> verdict = kernel.queue(PACKET);
        assertFalse(verdict.isDone());
        send(FakeMessages.verdict(LISTENER, lastId(), 1));
        assertEquals(1, verdict.join());
        assertEquals(0, kernel.length());
    }

    @Test
    void shouldUseAnIdAgainAtOnce() {
        listen();
        kernel.queue(PACKET);
        long first = lastId();
        kernel.queue(PACKET);
        long second = lastId();
        assertTrue(first < 0);
        assertNotEquals(first, second);
        send(FakeMessages.verdict(LISTENER, first, 0));
        kernel.queue(PACKET);
        assertEquals(first, lastId());
    }

    @Test
    void shouldAnswerAnUnknownIdWithEnoent() {
        listen();
        kernel.queue(PACKET);
        long id = lastId();
        send(FakeMessages.verdict(LISTENER, id, 0));
        send(FakeMessages.verdict(LISTENER, id, 0));
        assertEquals(Errno.ENOENT, lastErrno());
        assertEquals(60, last().length);
    }

    @Test
    void shouldRefuseStolenAndUnknownVerdictsAndKeepThePacket() {
        listen();
        kernel.queue(PACKET);
        long id = lastId();
        for (int verdict : new int[] {2, 6, -1}) {
            send(FakeMessages.verdict(LISTENER, id, verdict));
            assertEquals(Errno.EINVAL, lastErrno());
        }
        assertEquals(1, kernel.length());
    }

    @Test
    void shouldQueueAgainAfterRepeat() {
        listen();
        CompletableFuture<Integer> verdict = kernel.queue(PACKET);
        send(FakeMessages.verdict(LISTENER, lastId(), 4));
        assertFalse(verdict.isDone());
        send(FakeMessages.verdict(LISTENER, lastId(), 1));
        assertEquals(1, verdict.join());
    }

    @Test
    void shouldAnswerASecondListenerThatItIsBusy() {
        listen();
        send(FakeMessages.mode(OTHER, 2, 128));
        assertEquals(Errno.EBUSY, lastErrno());
        assertEquals(LISTENER, kernel.peer());
    }

    @Test
    void shouldGiveTheSlotEvenToARefusedMode() {
        send(FakeMessages.mode(LISTENER, 3, 128));
        assertEquals(Errno.EINVAL, lastErrno());
        assertEquals(LISTENER, kernel.peer());
        send(FakeMessages.mode(OTHER, 2, 128));
        assertEquals(Errno.EBUSY, lastErrno());
    }

    @Test
    void shouldRefuseAMessageOfLessThan40Bytes() {
        send(FakeMessages.request(17, 5, 1, LISTENER, new byte[16]));
        assertEquals(Errno.EINVAL, lastErrno());
        assertEquals(LISTENER, kernel.peer());
    }

    @Test
    void shouldRefuseANegativePortId() {
        send(FakeMessages.mode(-4097, 2, 128));
        assertEquals(Errno.EINVAL, lastErrno());
        assertEquals(0, kernel.peer());
    }

    @Test
    void shouldRefuseWithoutTheRequestFlagAndMultipart() {
        for (int flags : new int[] {0, 3}) {
            send(FakeMessages.request(17, flags, 1, LISTENER, new byte[24]));
            assertEquals(Errno.EINVAL, lastErrno());
        }
        assertEquals(0, kernel.peer());
    }

    @Test
    void shouldRefuseWithoutPrivilege() {
        kernel.refuseAll();
        listen();
        assertEquals(Errno.EPERM, lastErrno());
    }

    @Test
    void shouldIgnoreASecondMessageInADatagram() {
        listen();
        CompletableFuture<Integer> first = kernel.queue(PACKET);
        byte[] firstVerdict = FakeMessages.verdict(LISTENER, lastId(), 1);
        CompletableFuture<Integer> second = kernel.queue(PACKET);
        byte[] both = Arrays.copyOf(firstVerdict, 80);
        System.arraycopy(FakeMessages.verdict(LISTENER, lastId(), 1), 0, both, 40, 40);
        send(both);
        assertTrue(first.isDone());
        assertFalse(second.isDone());
    }

    @Test
    void shouldDropWhenTheQueueIsFullAndCountIt() {
        listen();
        kernel.setMaxLength(1);
        kernel.queue(PACKET);
        assertEquals(0, kernel.queue(PACKET).join());
        assertTrue(kernel.status().contains("Queue dropped     : 1\n"));
    }

    @Test
    void shouldDropWhenTheListenersBufferIsFullAndCountIt() {
        listen();
        bufferFull = true;
        assertEquals(0, kernel.queue(PACKET).join());
        assertTrue(kernel.status().contains("Netlink dropped   : 1\n"));
        assertEquals(0, kernel.length());
    }

    @Test
    void shouldForgetAListenerThatClosesButKeepItsCounters() {
        listen();
        kernel.setMaxLength(1);
        CompletableFuture<Integer> queued = kernel.queue(PACKET);
        kernel.queue(PACKET);
        kernel.portClosed(LISTENER);
        assertEquals(0, queued.join());
        assertEquals(0, kernel.peer());
        assertTrue(kernel.status().contains("Queue dropped     : 1\n"));
    }

    @Test
    void shouldCopyNoMoreThanTheRange() {
        send(FakeMessages.mode(LISTENER, 2, 40));
        kernel.queue(PACKET);
        assertEquals(112 + 40, last().length);
        send(FakeMessages.mode(LISTENER, 2, 0));
        kernel.queue(PACKET);
        assertEquals(112 + 100, last().length);
        send(FakeMessages.mode(LISTENER, 1, 0));
        kernel.queue(PACKET);
        assertEquals(112, last().length);
    }

    @Test
    void shouldRoundTheMessageUpToFourBytes() {
        send(FakeMessages.mode(LISTENER, 2, 41));
        kernel.queue(PACKET);
        assertEquals(112 + 44, last().length);
        assertEquals(41, buffer().getLong(104));
    }

    @Test
    void shouldShowItsStatusAsProcDoes() {
        send(FakeMessages.mode(LISTENER, 2, 0));
        assertEquals("""
                Peer PID          : 54
                Copy mode         : 2
                Copy range        : 65535
                Queue length      : 0
                Queue max. length : 1024
                Queue dropped     : 0
                Netlink dropped   : 0
                """, kernel.status());
    }

    private void listen() {
        send(FakeMessages.mode(LISTENER, 2, 128));
    }

    private void send(byte[] datagram) {
        kernel.receive(datagram, LISTENER);
    }

    private byte[] last() {
        return delivered.get(delivered.size() - 1);
    }

    private ByteBuffer buffer() {
        return ByteBuffer.wrap(last()).order(ByteOrder.nativeOrder());
    }

    private int lastErrno() {
        assertEquals(2, buffer().getShort(4), "type");
        return -buffer().getInt(16);
    }

    private long lastId() {
        assertEquals(19, buffer().getShort(4), "type");
        return buffer().getLong(16);
    }
}
