package dev.intercept.tc;

/** What a filter of ours is for, and how it is known, from whichever run. */
public enum Purpose {
    /** It stops answers. */
    ANSWERS(0x1c, "intercept"),
    /** It takes the time of requests, and lets all pass. */
    REQUESTS(0x1d, "intercept-requests");

    /** Those that the kernel gives begin with 1. */
    private final int handle;

    private final String label;

    Purpose(int handle, String label) {
        this.handle = handle;
        this.label = label;
    }

    /** Among the filters of one preference. */
    public int handle() {
        return handle;
    }

    /** How the filter's name begins. */
    String label() {
        return label;
    }
}
