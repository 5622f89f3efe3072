package dev.intercept.pcap.file;

import io.airlift.compress.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedChannelException;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** How a file is compressed, by its first bytes. */
enum Compression {
    NONE("", ""),
    GZIP("1f8b", "gzip"),
    ZSTD("28b52ffd", "zstd"),
    XZ("fd377a58", "xz"),
    BZIP2("425a68", "bzip2"),
    LZ4("04224d18", "lz4"),
    ZIP("504b0304", "unzip -p");

    /** So many first bytes decide. */
    static final int MAGIC_BYTES = 4;

    private static final int BUFFER_BYTES = 64 << 10;

    private final String magic;
    private final String program;

    Compression(String magic, String program) {
        this.magic = magic;
        this.program = program;
    }

    /** @param hex the first {@link #MAGIC_BYTES} bytes, or what there is */
    static Compression of(String hex) {
        for (Compression compression : values()) {
            if (compression != NONE && hex.startsWith(compression.magic)) {
                return compression;
            }
        }
        return NONE;
    }

    /** @throws CaptureFormatException when this cannot be unpacked here, with the command that does */
    InputStream unpacked(InputStream packed) throws IOException {
        try {
            return switch (this) {
                case NONE -> packed;
                case GZIP -> new Unpacked(new GZIPInputStream(new Members(packed), BUFFER_BYTES));
                case ZSTD -> new Unpacked(new ZstdInputStream(packed));
                default -> throw unsupported();
            };
        } catch (EOFException | ZipException e) {
            throw broken(e);
        }
    }

    private IOException broken(Exception e) {
        return new IOException("is compressed with " + program + ", and cannot be unpacked: " + e.getMessage(), e);
    }

    boolean isSupported() {
        return this == NONE || this == GZIP || this == ZSTD;
    }

    CaptureFormatException unsupported() {
        String command = this == ZIP ? program : program + " -dc";
        return new CaptureFormatException(
                0, "is compressed, which is not read here: " + command + " FILE | intercept --backend=pcap --read=-");
    }

    /** Says what is wrong with compressed data that are broken. */
    private final class Unpacked extends FilterInputStream {

        Unpacked(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                return super.read(buffer, offset, length);
            } catch (ClosedChannelException e) {
                throw e;
            } catch (IOException | RuntimeException e) { // The library for zstd throws the latter.
                throw broken(e);
            }
        }
    }

    /**
     * For GZIPInputStream, which believes a stream that has nothing available just now to have ended behind a member: waits for
     * the byte that decides.
     */
    private static final class Members extends BufferedInputStream {

        Members(InputStream in) {
            super(in, BUFFER_BYTES);
        }

        @Override
        public synchronized int available() throws IOException {
            mark(1);
            boolean hasMore = read() >= 0;
            reset();
            return hasMore ? Math.max(1, super.available()) : 0;
        }
    }
}
