package dev.intercept.session;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.stats.Counters;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;

/**
 * Sessions and parked headers on their way to another process, where the hash has another key. No other thread uses the table.
 *
 * <pre>
 *   a session                                  a parked header
 *    0  number of its tunnel (4), 0 at the end  0  its bytes (1), 0 at the end
 *    4  client, target (6 each)                 1  age, s (4)
 *   16  age, s (4)                              5  the header
 *   20  flags (1), {@link SessionState}
 * </pre>
 */
final class SessionTransfer {

    private static final int END = 0;

    /** Where restored sessions go. */
    @FunctionalInterface
    interface Taker {
        void take(long client, long target, Outlet outlet, int touchedS, int flags);
    }

    private SessionTransfer() {}

    static void save(
            DataOutput out, SessionSegment[] segments, OutletRegistry outlets, ToIntFunction<Outlet> numberOf, int nowS)
            throws IOException {
        for (SessionSegment segment : segments) {
            SessionSlots slots = segment.slots();
            for (int slot = 0; slot < slots.capacity(); slot++) {
                if (slots.isEmpty(slot)) {
                    continue;
                }
                Outlet outlet = segment.isLive(slot, nowS) ? outlets.outlet(slots.id(slot)) : null;
                if (outlet == null) {
                    segment.reportEnd(slot); // It would have been found later, and stays here.
                } else {
                    long state = slots.state(slot);
                    out.writeInt(numberOf.applyAsInt(outlet));
                    writeEnds(out, slots.client(slot), slots.target(slot));
                    out.writeInt(nowS - SessionState.touchedS(state));
                    out.writeByte(SessionState.flags(state));
                }
            }
        }
        out.writeInt(END);
    }

    static void restore(DataInput in, IntFunction<Outlet> outletOf, int nowS, Taker taker) throws IOException {
        for (int number = in.readInt(); number != END; number = in.readInt()) {
            taker.take(readEnd(in), readEnd(in), outletOf.apply(number), nowS - in.readInt(), in.readUnsignedByte());
        }
    }

    /** The oldest first. */
    static void saveParked(DataOutput out, ParkedHeaders parked, int nowS, Counters counters) throws IOException {
        List<ParkedHeader> oldestFirst = new ArrayList<>(parked.latest(parked.size()));
        Collections.reverse(oldestFirst);
        ByteBuffer header = ByteBuffer.allocate(HeaderStore.HEADER_BYTES);
        for (ParkedHeader each : oldestFirst) {
            if (parked.take(each.client(), each.target(), header, nowS, counters)) {
                out.writeByte(header.limit());
                out.writeInt(nowS - each.parkedS());
                out.write(header.array(), 0, header.limit());
            }
        }
        out.writeByte(END);
    }

    /** Where restored headers go. */
    @FunctionalInterface
    interface HeaderTaker {
        void take(ResponsePacket response, int parkedS);
    }

    static void restoreParked(DataInput in, int nowS, HeaderTaker taker) throws IOException {
        ResponsePacket response = new ResponsePacket();
        for (int bytes = in.readUnsignedByte(); bytes != END; bytes = in.readUnsignedByte()) {
            int parkedS = nowS - in.readInt();
            byte[] header = new byte[bytes];
            in.readFully(header);
            response.wrap(ByteBuffer.wrap(header));
            taker.take(response, parkedS);
        }
    }

    private static void writeEnds(DataOutput out, long client, long target) throws IOException {
        for (long end : new long[] {client, target}) {
            out.writeInt(SessionKey.address(end));
            out.writeShort(SessionKey.port(end));
        }
    }

    private static long readEnd(DataInput in) throws IOException {
        int address = in.readInt();
        return SessionKey.end(address, in.readUnsignedShort());
    }
}
