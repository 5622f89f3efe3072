package dev.intercept.pcap;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import dev.intercept.spi.BackendException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.Pcaps;
import org.pcap4j.packet.namednumber.DataLinkType;

/**
 * Frames that libpcap captured, copied into memory that Java reads, a batch with one native call.
 *
 * <p>pcap_dispatch() gets libpcap's own pcap_dump() as its callback, and that writes into a memory stream (fmemopen(3)).
 * So no native code calls Java, and a frame costs no JNI crossing and no object. Measured with a file of a million frames of
 * 74 bytes, in nanoseconds a frame:
 *
 * <pre>
 *   pcap4j getNextRawPacketEx()          2800 .. 5900
 *   pcap4j loop(RawPacketListener)       1500 .. 2300
 *   JNA pcap_next_ex() and a copy         340 ..  360
 *   this class                            112 ..  119
 * </pre>
 *
 * where the whole path of a response behind it takes 300 to 500. Each record in memory is that of a capture file
 * (pcap-savefile(5)), in the host's byte order:
 *
 * <pre>
 *    0        time stamp, seconds
 *    4        time stamp, microseconds
 *    8        captured bytes
 *   12        bytes on the wire
 *   16        the frame
 * </pre>
 *
 * <p>Thread rule: one thread. The frames of a batch stay readable until the next {@link #fill}, also after {@link #close}.
 */
final class FrameBatch implements AutoCloseable {

    /** Most frames in one batch, when they are small. */
    static final int MAX_FRAMES = 256;

    /** The batch of a file whose frames may be 256 KiB long has fewer frames, not more memory. */
    static final int MAX_BYTES = 4 << 20;

    private static final int SECONDS_OFFSET = 0;
    private static final int MICROSECONDS_OFFSET = 4;
    private static final int CAPTURED_BYTES_OFFSET = 8;
    private static final int WIRE_BYTES_OFFSET = 12;
    private static final int FRAME_OFFSET = 16;

    /** No frame is empty on the wire. */
    private static final int NOTHING_WRITTEN = 0;

    /** libpcap puts a VLAN tag back into a frame, which may make it longer than the snapshot length. */
    private static final int VLAN_TAG_BYTES = 4;

    private final DeviceHandle handle;
    private final int capacityFrames;
    private final ByteBuffer records;
    private final ByteBuffer frames;
    private final Pointer stream;
    private final Pointer dumper;

    private int left;
    private int next;
    private int record;

    /**
     * @param handle outlives this object
     */
    FrameBatch(DeviceHandle handle) throws BackendException {
        this.handle = handle;
        int recordBytes = FRAME_OFFSET + handle.snapshot() + VLAN_TAG_BYTES;
        capacityFrames = Math.max(1, Math.min(MAX_FRAMES, MAX_BYTES / recordBytes));
        records = ByteBuffer.allocateDirect(capacityFrames * recordBytes).order(ByteOrder.nativeOrder());
        frames = records.duplicate().order(ByteOrder.BIG_ENDIAN);
        Pointer opened = Libc.fmemopen(Native.getDirectBufferPointer(records), new NativeLong(records.capacity()), "w");
        Pointer dump = opened == null ? null : dumperOf(opened);
        if (opened == null || dump == null) {
            throw noStream(opened);
        }
        stream = opened;
        dumper = dump;
    }

    /**
     * The header that pcap_dump_fopen() writes is not looked at, so any link type serves for it; it refuses those that have no
     * number in files, OpenBSD's DLT_RAW for one.
     */
    private static @Nullable Pointer dumperOf(Pointer stream) throws BackendException {
        try (PcapHandle dead = Pcaps.openDead(DataLinkType.EN10MB, MAX_BYTES)) {
            return Libpcap.pcap_dump_fopen(Libpcap.pointerOf(dead), stream);
        } catch (PcapNativeException e) {
            throw new BackendException(BackendException.Kind.REFUSED, "pcap_open_dead() failed: " + e.getMessage(), e);
        }
    }

    private BackendException noStream(@Nullable Pointer stream) {
        if (stream != null) {
            Libc.fclose(stream);
        }
        return new BackendException(
                BackendException.Kind.REFUSED,
                "no memory stream of " + records.capacity() + " bytes for captured frames; take a smaller --snaplen");
    }

    /**
     * Forgets the frames of the last batch and takes those that libpcap has.
     *
     * @param limit most frames to take, at least 1; fewer are taken when the memory holds fewer
     * @return what pcap_dispatch() returned: negative for an error, which may come behind frames that were taken
     */
    int fill(int limit) {
        Libc.rewind(stream);
        records.putInt(WIRE_BYTES_OFFSET, NOTHING_WRITTEN);
        int result = handle.dispatch(Math.min(limit, capacityFrames), dumper);
        Libc.fflush(stream);
        next = 0;
        left = result > 0 ? result : countWritten();
        return result;
    }

    /** Before an error, and older ones at the end of a file too, libpcap does not say how many frames it had. */
    private int countWritten() {
        if (records.getInt(WIRE_BYTES_OFFSET) == NOTHING_WRITTEN) {
            return 0;
        }
        int end = Libpcap.pcap_dump_ftell(dumper).intValue();
        int count = 0;
        for (int at = 0; at < end; at = recordEnd(at)) {
            count++;
        }
        return count;
    }

    /** Whether {@link #advance} may be called. */
    boolean hasNext() {
        return left > 0;
    }

    /** Steps to the next frame of the batch. */
    void advance() {
        record = next;
        next = recordEnd(record);
        left--;
    }

    /** Drops what is left of the batch. */
    void forget() {
        left = 0;
    }

    /** When the next frame was captured, in microseconds since 1970. */
    long nextTimestampUs() {
        long seconds = records.getInt(next + SECONDS_OFFSET) & 0xffff_ffffL;
        return seconds * 1_000_000 + records.getInt(next + MICROSECONDS_OFFSET);
    }

    /** Holds the frames; big-endian; always the same object. */
    ByteBuffer frames() {
        return frames;
    }

    /** Where in {@link #frames} the frame begins. */
    int frameStart() {
        return record + FRAME_OFFSET;
    }

    /** Index behind the frame's last captured byte. */
    int frameEnd() {
        return next;
    }

    /** The length on the wire of what begins at the position of {@link #frames}, captured or not. */
    int wireBytesFromPosition() {
        int frameBytes = Math.max(records.getInt(record + WIRE_BYTES_OFFSET), frameEnd() - frameStart());
        return frameBytes - (frames.position() - frameStart());
    }

    private int recordEnd(int at) {
        return at + FRAME_OFFSET + records.getInt(at + CAPTURED_BYTES_OFFSET);
    }

    @Override
    public void close() {
        Libpcap.pcap_dump_close(dumper);
    }
}
