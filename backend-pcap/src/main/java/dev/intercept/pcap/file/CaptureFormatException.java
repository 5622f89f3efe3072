package dev.intercept.pcap.file;

import java.io.IOException;

/** A capture file has invalid bytes. The message says which, and what to do. */
public final class CaptureFormatException extends IOException {

    private static final long serialVersionUID = 1L;

    private final long offset;

    CaptureFormatException(long offset, String message) {
        super(message);
        this.offset = offset;
    }

    /** Where the block, record or header begins, in bytes from the beginning of the file, unpacked. */
    public long offset() {
        return offset;
    }
}
