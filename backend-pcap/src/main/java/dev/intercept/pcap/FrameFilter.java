package dev.intercept.pcap;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendException.Kind;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A filter of pcap-filter(7) for frames that libpcap did not capture: compiled by pcap_compile() for one link type, and
 * applied by pcap_offline_filter(). Without libpcap none can be made. Thread rule: one thread.
 *
 * <pre>
 *   struct bpf_program                 struct pcap_pkthdr
 *    0  number of instructions (4)      0  time stamp, two longs
 *    8  address of the first            …  captured bytes (4), bytes on the wire (4)
 * </pre>
 */
final class FrameFilter implements AutoCloseable {

    private static final int PROGRAM_BYTES = 16;
    private static final int CAPTURED_OFFSET = 2 * Native.LONG_SIZE;
    private static final int SNAPSHOT_BYTES = 262_144;
    private static final int OPTIMIZE = 1;

    /** RAW has one number in files and another in libpcap. */
    private static final int LINKTYPE_RAW = 101;

    private static final int DLT_RAW = 12;

    private final Memory program = new Memory(PROGRAM_BYTES);
    private final Memory header = new Memory(CAPTURED_OFFSET + 2L * Integer.BYTES);
    private final MovingPointer frame = new MovingPointer();
    private @Nullable ByteBuffer known;
    private long knownAddress;

    private FrameFilter() {}

    /** @throws BackendException of kind BAD_CONFIGURATION, with libpcap's words, when it does not parse for this link type */
    static FrameFilter compile(String filter, int linkType) throws BackendException {
        FrameFilter compiled = new FrameFilter();
        Optional<String> error = compiled.tryCompile(filter, linkType);
        if (error.isPresent()) {
            throw refused(filter, error.get());
        }
        return compiled;
    }

    static BackendException refused(String filter, String words) {
        return new BackendException(
                Kind.BAD_CONFIGURATION,
                PcapOptions.FILTER + " '" + filter + "': " + words
                        + "; see pcap-filter(7), for example 'tcp and src port 80'");
    }

    /** libpcap's words about a filter that it cannot compile, or of which it sees that no frame passes. */
    static Optional<String> problem(String filter, int linkType) {
        try (FrameFilter tried = new FrameFilter()) {
            return tried.tryCompile(filter, linkType);
        }
    }

    private Optional<String> tryCompile(String filter, int linkType) {
        Pointer dead = Libpcap.pcap_open_dead(linkType == LINKTYPE_RAW ? DLT_RAW : linkType, SNAPSHOT_BYTES);
        program.clear();
        try {
            return Libpcap.pcap_compile(dead, program, filter, OPTIMIZE, 0) == 0
                    ? Optional.empty()
                    : Optional.of(Libpcap.pcap_geterr(dead).getString(0));
        } finally {
            Libpcap.pcap_close(dead);
        }
    }

    /**
     * Whether the frame passes.
     *
     * @param buffer direct
     * @param start index of the frame's first byte
     */
    boolean passes(ByteBuffer buffer, int start, int capturedBytes, int wireBytes) {
        if (buffer != known) {
            known = buffer;
            knownAddress = Pointer.nativeValue(
                    Native.getDirectBufferPointer(buffer.duplicate().clear()));
        }
        frame.moveTo(knownAddress + start);
        header.setInt(CAPTURED_OFFSET, capturedBytes);
        header.setInt(CAPTURED_OFFSET + Integer.BYTES, wireBytes);
        return Libpcap.pcap_offline_filter(program, header, frame) != 0;
    }

    @Override
    public void close() {
        Libpcap.pcap_freecode(program);
    }

    /** One object for the addresses of all frames. */
    private static final class MovingPointer extends Pointer {

        MovingPointer() {
            super(0);
        }

        void moveTo(long address) {
            peer = address;
        }
    }
}
