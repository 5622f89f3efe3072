package dev.intercept.pcap.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One capture file while it is read, from its first frame to its last. Thread rule: one thread; any may {@link #close}.
 */
public final class CaptureFile implements AutoCloseable {

    /** The name that stands for standard input. */
    public static final String STANDARD_INPUT = "-";

    private static final int MAGIC_BYTES = 4;

    private final ByteSource source;
    private final Window window;
    private final Frame frame = new Frame();

    /** Null until the file's header was read. */
    private @Nullable Format format;

    private boolean isAtFrame;

    private CaptureFile(ByteSource source) {
        this.source = source;
        window = new Window(source);
    }

    /**
     * Opens a file, a pipe or {@link #STANDARD_INPUT}.
     *
     * @throws IOException with a message for the user, without the file's name
     */
    public static CaptureFile open(String name) throws IOException {
        return new CaptureFile(ByteSources.open(name));
    }

    /**
     * Reads the file's header, if it is there in time.
     *
     * @return the link type of all its frames, where the header says so
     * @throws CaptureFormatException when it is no capture file
     */
    public OptionalInt readHeader(int timeoutMs) throws IOException {
        if (format == null) {
            begin(timeoutMs);
        }
        return format instanceof PcapFormat pcap ? OptionalInt.of(pcap.linkType()) : OptionalInt.empty();
    }

    /**
     * Steps to the next frame, unless the file stands at one that was not yet {@linkplain #done}.
     *
     * @param timeoutMs longest wait for the next bytes of a stream
     * @throws CaptureFormatException when the bytes are invalid, or end within a record
     */
    public State next(int timeoutMs) throws IOException {
        if (isAtFrame) {
            return State.FRAME;
        }
        Format known = format == null ? begin(timeoutMs) : format;
        if (known == null) {
            return State.WAIT;
        }
        State state = known.next(window, frame, timeoutMs);
        isAtFrame = state == State.FRAME;
        return state;
    }

    /** The frame was looked at: {@link #next} goes on behind it. */
    public void done() {
        isAtFrame = false;
        window.step(frame.recordBytes);
    }

    private @Nullable Format begin(int timeoutMs) throws IOException {
        if (!window.has(PcapFormat.FILE_HEADER_BYTES, timeoutMs)) {
            if (window.hasEnded()) {
                throw noCapture();
            }
            return null;
        }
        int first = window.int32(0, ByteOrder.BIG_ENDIAN);
        if (PcapFormat.isMagic(first)) {
            format = new PcapFormat(window, ByteOrder.BIG_ENDIAN);
        } else if (PcapFormat.isMagic(Integer.reverseBytes(first))) {
            format = new PcapFormat(window, ByteOrder.LITTLE_ENDIAN);
        } else if (first == PcapngFormat.SECTION_HEADER) {
            format = new PcapngFormat();
        } else {
            throw noCapture();
        }
        return format;
    }

    private CaptureFormatException noCapture() {
        int count = Math.min(MAGIC_BYTES, window.left());
        byte[] first = new byte[count];
        for (int i = 0; i < count; i++) {
            first[i] = (byte) window.uint8(i);
        }
        return new CaptureFormatException(
                0,
                count == 0
                        ? "it is empty; give a .pcap or .pcapng file, as tcpdump -w writes it"
                        : "is no capture file, it begins with "
                                + HexFormat.ofDelimiter(" ").formatHex(first)
                                + "; give a .pcap or .pcapng file, as tcpdump -w writes it");
    }

    /** What the file says of the frame. */
    public Frame frame() {
        return frame;
    }

    /** Holds the frame, big-endian, until the next call of {@link #next}. */
    public ByteBuffer bytes() {
        return window.view();
    }

    /** Index in {@link #bytes} of the frame's first byte. */
    public int start() {
        return window.index() + frame.headerBytes;
    }

    /** Index behind the frame's last captured byte. */
    public int end() {
        return start() + frame.capturedBytes;
    }

    @Override
    public void close() {
        source.close();
    }
}
