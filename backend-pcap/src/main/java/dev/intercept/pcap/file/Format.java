package dev.intercept.pcap.file;

import java.io.IOException;

/** How one kind of capture file has its frames. Thread rule: one thread. */
interface Format {

    /**
     * Goes on to the next frame.
     *
     * @param window stands where the format left it
     * @throws CaptureFormatException when the bytes are invalid, or end within a record
     */
    State next(Window window, Frame frame, int timeoutMs) throws IOException;

    /** @throws CaptureFormatException when the file ends within something that begins where the window stands */
    static State waitOrEnd(Window window, String what) throws CaptureFormatException {
        if (!window.hasEnded()) {
            return State.WAIT;
        }
        if (window.left() == 0 && window.toSkip() == 0) {
            return State.END;
        }
        throw new CaptureFormatException(
                window.offset(), "the file ends within " + what + ", " + window.left() + " bytes of it are there");
    }
}
