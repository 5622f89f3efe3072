package dev.intercept.diagnosis.check;

/** How a backend gets at the answers, as far as the host must be set up for it. */
public enum CaptureMode {
    /** On the target, through the kernel's ip_queue. */
    IP_QUEUE("ipqueue", true),
    /** On the target, through NFQUEUE. */
    NFQUEUE("nfqueue", true),
    /** On the target, through NFLOG; a further rule stops the answers. */
    NFLOG("nflog", true),
    /** On an assistant host that the target routes its answers to. */
    DEVICE("pcap", false),
    /** A plug-in: what it needs of the host is its own affair. */
    OTHER("", false);

    private final String backend;
    private final boolean usesRules;

    CaptureMode(String backend, boolean usesRules) {
        this.backend = backend;
        this.usesRules = usesRules;
    }

    static CaptureMode of(String backendName) {
        for (CaptureMode mode : values()) {
            if (mode.backend.equals(backendName)) {
                return mode;
            }
        }
        return OTHER;
    }

    /** Whether rules of the packet filter must hand the answers up. */
    boolean usesRules() {
        return usesRules;
    }

    /** The option that says on which queue or group to listen. */
    String numberOption() {
        return this == NFLOG ? "--nflog-group" : "--queue";
    }

    boolean usesQueueHandler() {
        return this == IP_QUEUE || this == NFQUEUE;
    }
}
