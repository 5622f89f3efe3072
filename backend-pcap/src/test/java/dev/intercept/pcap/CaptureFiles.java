package dev.intercept.pcap;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes capture files: pcap-savefile(5), and the pcapng draft with its three usual blocks. */
final class CaptureFiles {

    private static final int MAGIC_MICROSECONDS = 0xa1b2c3d4;
    private static final int FILE_HEADER_BYTES = 24;
    private static final int RECORD_HEADER_BYTES = 16;
    private static final int SNAPLEN = 65535;

    /** Seconds since 1970 of each file's first packet. */
    private static final long FIRST_SECOND = 1_700_000_000L;

    private CaptureFiles() {}

    /** Frames 1 µs apart, in the byte order of this host. */
    static Path pcap(Path file, int linkType, List<byte[]> frames) throws IOException {
        return pcap(file, linkType, frames, 1, ByteOrder.nativeOrder());
    }

    static Path pcap(Path file, int linkType, List<byte[]> frames, int gapUs, ByteOrder order) throws IOException {
        int bytes = FILE_HEADER_BYTES
                + frames.stream().mapToInt(f -> RECORD_HEADER_BYTES + f.length).sum();
        ByteBuffer out = ByteBuffer.allocate(bytes).order(order);
        out.putInt(MAGIC_MICROSECONDS).putShort((short) 2).putShort((short) 4);
        out.putInt(0).putInt(0).putInt(SNAPLEN).putInt(linkType);
        long timeUs = FIRST_SECOND * 1_000_000;
        for (byte[] frame : frames) {
            out.putInt((int) (timeUs / 1_000_000)).putInt((int) (timeUs % 1_000_000));
            out.putInt(frame.length).putInt(frame.length).put(frame);
            timeUs += gapUs;
        }
        return Files.write(file, out.array());
    }

    /** One section, one interface, an enhanced packet block for each frame. */
    static Path pcapng(Path file, int linkType, List<byte[]> frames) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(block(
                0x0a0d0d0a,
                littleEndian(16).putInt(0x1a2b3c4d).putShort((short) 1).putLong(8, -1)));
        out.write(block(1, littleEndian(8).putShort((short) linkType).putInt(4, SNAPLEN)));
        long timeUs = FIRST_SECOND * 1_000_000;
        for (byte[] frame : frames) {
            ByteBuffer body = littleEndian(20 + padded(frame.length));
            body.putInt(0).putInt((int) (timeUs >>> 32)).putInt((int) timeUs);
            body.putInt(frame.length).putInt(frame.length).put(frame);
            out.write(block(6, body));
            timeUs++;
        }
        return Files.write(file, out.toByteArray());
    }

    private static byte[] block(int type, ByteBuffer body) {
        int bytes = 12 + body.capacity();
        return littleEndian(bytes)
                .putInt(type)
                .putInt(bytes)
                .put(body.array())
                .putInt(bytes)
                .array();
    }

    private static int padded(int bytes) {
        return (bytes + 3) / 4 * 4;
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
