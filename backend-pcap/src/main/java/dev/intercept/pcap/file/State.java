package dev.intercept.pcap.file;

/** What a step to the next frame came to. */
public enum State {
    /** There is a frame. */
    FRAME,
    /** Nothing yet: the stream has no more for now. */
    WAIT,
    /** No more frames. */
    END
}
