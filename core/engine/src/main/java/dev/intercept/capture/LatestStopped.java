package dev.intercept.capture;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.stats.Counter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The latest packets that a lane stopped, for people who look for them in vain where a packet capture on the target does not see
 * them: the first few of each second. Bounded; noting one allocates nothing.
 *
 * <p>Thread rule: the capture thread notes, and notes nothing while somebody reads; any thread reads.
 */
public final class LatestStopped {

    /** Packets of one second, and of all kept. */
    static final int KEPT = 8;

    private static final int SOURCE = 0;
    private static final int SOURCE_PORT = 1;
    private static final int DESTINATION = 2;
    private static final int DESTINATION_PORT = 3;
    private static final int FLAGS = 4;
    private static final int PAYLOAD = 5;
    private static final int AT = 6;
    private static final int FIELDS = 7;

    private final ReentrantLock lock = new ReentrantLock();
    private final int[] seen = new int[FIELDS];
    private final int[] kept = new int[KEPT * FIELDS];
    private final Counter[] fates = new Counter[KEPT];
    private int next;
    private int second;
    private int left;
    private boolean isSeen;

    /** A packet came, of kind TCP; {@link #stopped} follows unless it passes. */
    void onPacket(ResponsePacket packet, int nowS) {
        if (nowS != second) {
            second = nowS;
            left = KEPT;
        }
        isSeen = left > 0;
        if (isSeen) {
            seen[SOURCE] = packet.sourceAddress();
            seen[SOURCE_PORT] = packet.sourcePort();
            seen[DESTINATION] = packet.destinationAddress();
            seen[DESTINATION_PORT] = packet.destinationPort();
            seen[FLAGS] = packet.flags();
            seen[PAYLOAD] = packet.wholePayloadBytes();
            seen[AT] = nowS;
        }
    }

    /** That packet was stopped. */
    void stopped(Counter fate) {
        if (isSeen && lock.tryLock()) {
            try {
                System.arraycopy(seen, 0, kept, next * FIELDS, FIELDS);
                fates[next] = fate;
                next = (next + 1) % KEPT;
                left--;
            } finally {
                lock.unlock();
            }
        }
    }

    /** The oldest first. */
    public List<StoppedPacket> list() {
        List<StoppedPacket> list = new ArrayList<>();
        lock.lock();
        try {
            for (int i = 0; i < KEPT; i++) {
                int slot = (next + i) % KEPT;
                if (fates[slot] != null) {
                    list.add(at(slot * FIELDS, fates[slot]));
                }
            }
        } finally {
            lock.unlock();
        }
        return list;
    }

    private StoppedPacket at(int from, Counter fate) {
        return new StoppedPacket(
                kept[from + SOURCE],
                kept[from + SOURCE_PORT],
                kept[from + DESTINATION],
                kept[from + DESTINATION_PORT],
                kept[from + FLAGS],
                kept[from + PAYLOAD],
                fate,
                kept[from + AT]);
    }
}
