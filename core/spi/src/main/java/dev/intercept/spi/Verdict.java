package dev.intercept.spi;

/** What the kernel does with a packet it queued. The names are netfilter's. */
public enum Verdict {
    /** {@code NF_DROP}: the packet ends here; its sender's kernel never knows. */
    DROP,
    /** {@code NF_ACCEPT}: the packet goes on as if it had not been queued. */
    ACCEPT
}
