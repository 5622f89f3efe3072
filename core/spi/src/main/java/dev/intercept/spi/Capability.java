package dev.intercept.spi;

/** A privilege that capturing may need, capabilities(7). */
public enum Capability {
    CAP_NET_ADMIN(12),
    CAP_NET_RAW(13),
    CAP_SYS_ADMIN(21),
    CAP_PERFMON(38),
    CAP_BPF(39);

    /** Its bit, linux/capability.h. */
    private final int bit;

    Capability(int bit) {
        this.bit = bit;
    }

    /** As capset(2) and proc(5) have it. */
    public long mask() {
        return 1L << bit;
    }

    /** Whether the calling thread has it in effect: {@code CapEff} of /proc/thread-self/status. */
    public boolean isHeld(Host host) {
        String status = host.read("/proc/thread-self/status")
                .or(() -> host.read("/proc/self/status"))
                .orElse("");
        return status.lines()
                .filter(line -> line.startsWith("CapEff:"))
                .map(line -> line.substring("CapEff:".length()).strip())
                .anyMatch(mask -> (Long.parseUnsignedLong(mask, 16) >>> bit & 1) == 1);
    }
}
