package dev.intercept.spi;

/** What keeps an answer from its client where a backend captures. */
public enum CaptureMode {
    /** The backend's verdict. */
    DECIDES,
    /** A rule: one hands the backend a copy, one behind it stops the packet. */
    COPIES,
    /** Nothing on this host: the target routes its answers here, and this host does not forward them. */
    OBSERVES
}
