package dev.intercept.daemon;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import dev.intercept.ExitCode;
import dev.intercept.StartException;
import dev.intercept.diagnosis.LocalHost;
import dev.intercept.spi.Capability;
import dev.intercept.spi.Host;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What this process may do, capabilities(7), and how it gives up the rest. */
public final class Privileges {

    /** What the tunnels' routes and captures take, whichever the backend, also for verdicts and when a device comes back. */
    private static final List<Capability> ALWAYS_KEPT = List.of(Capability.CAP_NET_ADMIN, Capability.CAP_NET_RAW);

    private static final int CAPABILITY_VERSION_3 = 0x20080522;

    private static final String THREADS = "/proc/self/task";

    /** linux/prctl.h */
    private static final int PR_SET_DUMPABLE = 4;

    private static final int PR_SET_KEEPCAPS = 8;
    private static final int PR_CAPBSET_DROP = 24;
    private static final int PR_SET_NO_NEW_PRIVS = 38;

    /** The C library's calls; an error comes as an exception with its errno. */
    interface Libc extends Library {
        int geteuid();

        int prctl(int option, NativeLong a, NativeLong b, NativeLong c, NativeLong d) throws LastErrorException;

        int setgroups(NativeLong count, int[] groupIds) throws LastErrorException;

        int setgid(int groupId) throws LastErrorException;

        int setuid(int userId) throws LastErrorException;

        int capset(int[] header, int[] data) throws LastErrorException;
    }

    private Privileges() {}

    /**
     * The user as whom to go on.
     *
     * @throws StartException with NO_PERMISSION when this process is not root's, with USAGE when there is no such user
     */
    public static Account futureUser(String name) throws StartException {
        Account account = Account.named(name);
        if (Native.load("c", Libc.class).geteuid() != 0 && !isAlready(account)) {
            throw new StartException(
                    ExitCode.NO_PERMISSION,
                    "--user " + account.name()
                            + ": only root can become another user; leave --user out, or start with sudo");
        }
        return account;
    }

    /**
     * Goes on as another user with CAP_NET_ADMIN, CAP_NET_RAW and what the backend needs.
     *
     * <p>The user and the groups become those of every thread, by the C library's doing. The capabilities are kept by the
     * calling thread and by those that it starts from now on; threads that run already, the runtime's own, lose all. What no
     * thread can gain anew is bounded in these threads alone; in the others the launcher does it, before they start.
     *
     * @param needed by the backend; this thread has it
     * @return the capabilities that are kept
     * @throws StartException with OS_REFUSED when a call fails
     */
    public static List<Capability> reduceTo(Account account, Optional<Capability> needed) throws StartException {
        List<Capability> kept =
                Stream.concat(ALWAYS_KEPT.stream(), needed.stream()).distinct().toList();
        try {
            become(
                    Native.load("c", Libc.class),
                    account,
                    kept.stream().mapToLong(Capability::mask).sum());
            return kept;
        } catch (LastErrorException e) {
            throw new StartException(
                    ExitCode.OS_REFUSED,
                    "--user " + account.name() + ": the system refused the change (" + e.getMessage()
                            + "); leave --user out, or start intercept as that user with AmbientCapabilities",
                    e);
        }
    }

    /** Whether this process became that user before it started its program anew: not root, nor able to be another user. */
    private static boolean isAlready(Account account) {
        return Native.load("c", Libc.class).geteuid() == account.userId()
                && new LocalHost().read("/proc/self/status").orElse("").contains("\nNoNewPrivs:\t1\n");
    }

    private static void become(Libc libc, Account account, long kept) {
        if (libc.geteuid() == 0) {
            int[] groupIds =
                    account.groupIds().stream().mapToInt(Integer::intValue).toArray();
            bound(libc, kept);
            prctl(libc, PR_SET_KEEPCAPS, 1);
            libc.setgroups(new NativeLong(groupIds.length), groupIds);
            libc.setgid(account.groupId());
            libc.setuid(account.userId());
        }
        int[] header = {CAPABILITY_VERSION_3, 0};
        // Effective, permitted, inheritable; then the same three for the capabilities from 32 on.
        int low = (int) kept;
        int high = (int) (kept >>> Integer.SIZE);
        libc.capset(header, new int[] {low, low, 0, high, high, 0});
        prctl(libc, PR_SET_NO_NEW_PRIVS, 1);
        // Without this, /proc/self would now belong to root, and the process could not read about itself.
        prctl(libc, PR_SET_DUMPABLE, 1);
    }

    /** What is missing in the end is what {@link #looseThreads} finds: a thread that may not drop these may not add any either. */
    private static void bound(Libc libc, long kept) {
        for (int capability = 0; capability < Long.SIZE; capability++) {
            boolean isKept = (kept >>> capability & 1) != 0;
            try {
                if (!isKept) {
                    prctl(libc, PR_CAPBSET_DROP, capability);
                }
            } catch (LastErrorException e) {
                return; // The kernel has no more of them, or takes none without CAP_SETPCAP.
            }
        }
    }

    /** The threads of this process that could gain privileges by a program that they start; kernels up to 4.9 do not say. */
    public static List<String> looseThreads(Host host) {
        return host.list(THREADS).stream()
                .map(thread -> host.read(THREADS + "/" + thread + "/status").orElse(""))
                .filter(status -> status.contains("\nNoNewPrivs:\t0\n"))
                .map(status -> status.substring(status.indexOf('\t') + 1, status.indexOf('\n')))
                .toList();
    }

    private static void prctl(Libc libc, int option, int value) {
        NativeLong none = new NativeLong(0);
        libc.prctl(option, new NativeLong(value), none, none, none);
    }
}
