package dev.intercept.ipqueue;

import dev.intercept.netlink.Errno;
import dev.intercept.netlink.WordSize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * What ip_queue of a 3.4 kernel does with messages and packets, without any socket. docs/ip_queue.md lists the rules.
 * Thread-safe.
 */
final class FakeIpQueue {

    /** How messages reach a listener. */
    interface Wire {
        /** False when the receive buffer of this port is full. */
        boolean deliver(int portId, byte[] message);
    }

    static final int COPY_NONE = 0;
    static final int COPY_PACKET = 2;

    private static final int NF_DROP = 0;
    private static final int NF_STOLEN = 2;
    private static final int NF_QUEUE = 3;
    private static final int NF_REPEAT = 4;
    private static final int NF_MAX_VERDICT = 5;
    private static final int MAX_RANGE = 65535;

    /** Ids are addresses of kernel objects: negative as a long, and the object freed last is used next. */
    private static final long FIRST_ID = 0xffff_8800_1234_5600L;

    private static final long ID_STEP = 0x100;

    private record Queued(byte[] packet, CompletableFuture<Integer> verdict) {}

    private final WordSize word;
    private final Wire wire;
    private final Map<Long, Queued> queue = new LinkedHashMap<>();
    private final Deque<Long> freeIds = new ArrayDeque<>();
    private long nextId = FIRST_ID;
    private int maxLength = 1024;
    private boolean refusesAll;
    private int peer;
    private int mode;
    private long range;
    private long queueDropped;
    private long netlinkDropped;

    FakeIpQueue(WordSize word, Wire wire) {
        this.word = word;
        this.wire = wire;
    }

    synchronized void setMaxLength(int length) {
        maxLength = length;
    }

    /** As if the listener had no CAP_NET_ADMIN. */
    synchronized void refuseAll() {
        refusesAll = true;
    }

    /** A packet hits {@code -j QUEUE}. @return completed with the verdict, with NF_DROP for one that is lost */
    synchronized CompletableFuture<Integer> queue(byte[] packet) {
        CompletableFuture<Integer> verdict = new CompletableFuture<>();
        enqueue(new Queued(packet, verdict));
        return verdict;
    }

    private void enqueue(Queued queued) {
        if (peer == 0 || mode == COPY_NONE) {
            queued.verdict.complete(NF_DROP);
        } else if (queue.size() >= maxLength) {
            queueDropped++;
            queued.verdict.complete(NF_DROP);
        } else {
            hand(queued);
        }
    }

    private void hand(Queued queued) {
        long id = freeIds.isEmpty() ? nextId : freeIds.pop();
        nextId = id == nextId ? nextId + ID_STEP : nextId;
        int copied = mode == COPY_PACKET ? (int) Math.min(range, queued.packet.length) : 0;
        queue.put(id, queued);
        if (!wire.deliver(peer, FakeMessages.packet(word, id, queued.packet, copied))) {
            netlinkDropped++;
            queue.remove(id);
            freeIds.push(id);
            queued.verdict.complete(NF_DROP);
        }
    }

    /** A datagram comes from a process; answers go to {@code senderPortId}. Only its first message counts. */
    synchronized void receive(byte[] datagram, int senderPortId) {
        if (datagram.length < 16) {
            return;
        }
        ByteBuffer in = ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder());
        int length = in.getInt(0);
        int type = in.getShort(4) & 0xffff;
        if (length < 16 || length > datagram.length || type <= 16 && in.getInt(12) > 0 && (in.getShort(6) & 3) == 1) {
            return;
        }
        byte[] message = Arrays.copyOf(datagram, length);
        int errno = judgeMessage(in, type, length);
        if (errno != 0 || (in.getShort(6) & 4) != 0) {
            wire.deliver(senderPortId, FakeMessages.answer(message, errno));
        }
    }

    private int judgeMessage(ByteBuffer in, int type, int length) {
        int portId = in.getInt(12);
        boolean isPlainRequest = (in.getShort(6) & 3) == 1;
        if (portId <= 0 || !isPlainRequest || type > 19) {
            return Errno.EINVAL;
        }
        if (refusesAll) {
            return Errno.EPERM;
        }
        if (peer != 0 && peer != portId) {
            return Errno.EBUSY;
        }
        peer = portId;
        if (length < (word == WordSize.BITS_64 ? 40 : 28)) {
            return Errno.EINVAL;
        }
        return switch (type) {
            case 17 -> setMode(in);
            case 18 -> setVerdict(in);
            default -> Errno.EINVAL;
        };
    }

    private int setMode(ByteBuffer in) {
        int wanted = in.get(16) & 0xff;
        if (wanted > COPY_PACKET) {
            return Errno.EINVAL;
        }
        long wantedRange = word == WordSize.BITS_64 ? in.getLong(24) : in.getInt(20) & 0xffff_ffffL;
        mode = wanted;
        range = wantedRange == 0 || Long.compareUnsigned(wantedRange, MAX_RANGE) > 0 ? MAX_RANGE : wantedRange;
        return 0;
    }

    private int setVerdict(ByteBuffer in) {
        int verdict = in.getInt(16);
        if (verdict == NF_STOLEN || Integer.compareUnsigned(verdict, NF_MAX_VERDICT) > 0) {
            return Errno.EINVAL;
        }
        long id = word == WordSize.BITS_64 ? in.getLong(24) : in.getInt(20) & 0xffff_ffffL;
        Queued queued = queue.remove(id);
        if (queued == null) {
            return Errno.ENOENT;
        }
        freeIds.push(id);
        if (verdict == NF_QUEUE || verdict == NF_REPEAT) {
            enqueue(queued);
        } else {
            queued.verdict.complete(verdict);
        }
        return 0;
    }

    /** The socket of this port closed: a listener is forgotten with its mode and its packets, the counters stay. */
    synchronized void portClosed(int portId) {
        if (portId == peer) {
            peer = 0;
            mode = COPY_NONE;
            dropAll();
        }
    }

    /** An interface goes down. */
    synchronized void dropAll() {
        for (Iterator<Map.Entry<Long, Queued>> i = queue.entrySet().iterator(); i.hasNext(); ) {
            Map.Entry<Long, Queued> entry = i.next();
            i.remove();
            freeIds.push(entry.getKey());
            entry.getValue().verdict.complete(NF_DROP);
        }
    }

    /** The listener's port id, 0 for none. */
    synchronized int peer() {
        return peer;
    }

    synchronized int length() {
        return queue.size();
    }

    synchronized long range() {
        return range;
    }

    synchronized long netlinkDropped() {
        return netlinkDropped;
    }

    /** What /proc/net/ip_queue shows. */
    synchronized String status() {
        return """
                Peer PID          : %d
                Copy mode         : %d
                Copy range        : %d
                Queue length      : %d
                Queue max. length : %d
                Queue dropped     : %d
                Netlink dropped   : %d
                """.formatted(peer, mode, range, queue.size(), maxLength, queueDropped, netlinkDropped);
    }
}
