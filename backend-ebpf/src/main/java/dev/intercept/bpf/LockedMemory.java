package dev.intercept.bpf;

/**
 * The limit of locked memory, setrlimit(2). Before Linux 5.11 maps and programs are charged to it and refused with EPERM beyond it;
 * systemd gives a service or a session 8 MiB, which one ring fills.
 */
final class LockedMemory {

    /** sys/resource.h; a {@code struct rlimit} is the soft and the hard limit. */
    static final int RLIMIT_MEMLOCK = 8;

    static final long RLIM_INFINITY = -1;

    private LockedMemory() {}

    /** To infinity with CAP_SYS_RESOURCE, else to the hard limit. Any thread. @return whether it may be higher now */
    static boolean raise() {
        long[] limits = {RLIM_INFINITY, RLIM_INFINITY};
        if (Libc.calls.setrlimit(RLIMIT_MEMLOCK, limits) == 0) {
            return true;
        }
        if (Libc.calls.getrlimit(RLIMIT_MEMLOCK, limits) != 0 || limits[0] == limits[1]) {
            return false;
        }
        return Libc.calls.setrlimit(RLIMIT_MEMLOCK, new long[] {limits[1], limits[1]}) == 0;
    }
}
