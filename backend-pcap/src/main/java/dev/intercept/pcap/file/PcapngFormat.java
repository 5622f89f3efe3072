package dev.intercept.pcap.file;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The format of Wireshark, draft-ietf-opsawg-pcapng: blocks, whatever is not about frames stepped over.
 *
 * <pre>
 *   any block              section header 0a0d0d0a      interface description 1     enhanced packet 6, packet 2
 *    0  type                8  order: 1a2b3c4d           8  link type (2)            8  interface (packet 2: in 2 bytes)
 *    4  length of all                                   12  snapshot length         12  time stamp, high, then low
 *    8  body                                            16  options                 20  captured bytes
 *    …  length again                                                                24  bytes on the wire
 *                          simple packet 3               option                     28  the frame
 *                           8  bytes on the wire          0  code (2), length (2)
 *                          12  the frame                  4  value, padded to 4
 * </pre>
 *
 * Each section has its own byte order and its own interfaces, each of these its own link type and unit of time.
 */
final class PcapngFormat implements Format {

    static final int SECTION_HEADER = 0x0a0d0d0a;
    private static final int ORDER_MAGIC = 0x1a2b3c4d;
    private static final int ORDER_OFFSET = 8;

    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int PACKET = 2;
    private static final int SIMPLE_PACKET = 3;
    private static final int ENHANCED_PACKET = 6;

    private static final int BODY_OFFSET = 8;
    private static final int MIN_BLOCK_BYTES = 12;
    private static final int LENGTH_BYTES = 4;

    private static final int TIME_OFFSET = 12;
    private static final int CAPTURED_OFFSET = 20;
    private static final int WIRE_OFFSET = 24;
    private static final int FRAME_OFFSET = 28;
    private static final int SIMPLE_FRAME_OFFSET = 12;

    private final List<PcapngInterface> interfaces = new ArrayList<>();
    private ByteOrder order = ByteOrder.BIG_ENDIAN;

    @Override
    public State next(Window window, Frame frame, int timeoutMs) throws IOException {
        while (window.has(MIN_BLOCK_BYTES, timeoutMs)) {
            int type = window.int32(0, ByteOrder.BIG_ENDIAN);
            if (type == SECTION_HEADER) {
                beginSection(window);
            } else {
                type = window.int32(0, order);
            }
            int length = blockLength(window);
            if (!isRead(type)) {
                window.skip(length);
            } else if (!window.has(length, timeoutMs)) {
                return Format.waitOrEnd(window, "a block of " + Integer.toUnsignedString(length) + " bytes");
            } else if (type == INTERFACE_DESCRIPTION) {
                interfaces.add(new PcapngInterface(window, order, length));
                window.step(length);
            } else {
                describe(window, type, length, frame);
                return State.FRAME;
            }
        }
        return Format.waitOrEnd(window, "a block's header");
    }

    private static boolean isRead(int type) {
        return type == INTERFACE_DESCRIPTION || type == PACKET || type == SIMPLE_PACKET || type == ENHANCED_PACKET;
    }

    private void beginSection(Window window) throws CaptureFormatException {
        interfaces.clear();
        int magic = window.int32(ORDER_OFFSET, ByteOrder.BIG_ENDIAN);
        if (magic != ORDER_MAGIC && Integer.reverseBytes(magic) != ORDER_MAGIC) {
            throw new CaptureFormatException(
                    window.offset(), String.format("a section's byte order is given as %08x, not 1a2b3c4d", magic));
        }
        order = magic == ORDER_MAGIC ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    private int blockLength(Window window) throws CaptureFormatException {
        int length = window.int32(4, order);
        int type = window.int32(0, order);
        boolean isTooLong = isRead(type) && length > Window.MAX_BYTES;
        if (length < MIN_BLOCK_BYTES || length % 4 != 0 || isTooLong) {
            throw new CaptureFormatException(
                    window.offset(),
                    String.format(
                                    "a block of type 0x%x is given as %s bytes long",
                                    type, Integer.toUnsignedString(length))
                            + ": must be a multiple of 4 from 12 to " + Window.MAX_BYTES);
        }
        return length;
    }

    private void describe(Window window, int type, int length, Frame frame) throws CaptureFormatException {
        boolean isSimple = type == SIMPLE_PACKET;
        if (length < MIN_BLOCK_BYTES + (isSimple ? LENGTH_BYTES : FRAME_OFFSET - BODY_OFFSET)) {
            throw new CaptureFormatException(
                    window.offset(), "a packet's block is " + length + " bytes long, too short for its fields");
        }
        PcapngInterface from = interfaceOf(window, isSimple ? 0 : interfaceNumber(window, type));
        frame.linkType = from.linkType();
        frame.headerBytes = isSimple ? SIMPLE_FRAME_OFFSET : FRAME_OFFSET;
        int room = length - LENGTH_BYTES - frame.headerBytes;
        frame.wireBytes = window.int32(isSimple ? BODY_OFFSET : WIRE_OFFSET, order);
        frame.capturedBytes = isSimple ? from.captured(frame.wireBytes, room) : window.int32(CAPTURED_OFFSET, order);
        if (frame.capturedBytes < 0 || frame.capturedBytes > room) {
            throw new CaptureFormatException(
                    window.offset(),
                    "a block with room for " + room + " bytes says that "
                            + Integer.toUnsignedString(frame.capturedBytes) + " were captured");
        }
        frame.recordBytes = length;
        frame.timestampUs = isSimple ? 0 : from.microseconds(timeStamp(window));
    }

    private int interfaceNumber(Window window, int type) {
        return type == PACKET ? window.uint16(BODY_OFFSET, order) : window.int32(BODY_OFFSET, order);
    }

    private PcapngInterface interfaceOf(Window window, int number) throws CaptureFormatException {
        if (number < 0 || number >= interfaces.size()) {
            throw new CaptureFormatException(
                    window.offset(),
                    "a packet is of interface " + Integer.toUnsignedString(number) + ", and " + interfaces.size()
                            + " interfaces are described before it");
        }
        return interfaces.get(number);
    }

    private long timeStamp(Window window) {
        return (long) window.int32(TIME_OFFSET, order) << 32
                | window.int32(TIME_OFFSET + LENGTH_BYTES, order) & 0xffff_ffffL;
    }
}
