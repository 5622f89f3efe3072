package dev.intercept.daemon;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import dev.intercept.ExitCode;
import dev.intercept.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What this process may do, capabilities(7), and how it gives up the rest. */
public final class Privileges {

    /** linux/capability.h: what capture needs, also for verdicts and when a device comes back. */
    static final int KEPT_CAPABILITIES = 1 << 12 | 1 << 13;

    private static final int CAPABILITY_VERSION_3 = 0x20080522;

    /** linux/prctl.h */
    private static final int PR_SET_DUMPABLE = 4;

    private static final int PR_SET_KEEPCAPS = 8;
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

    /** @throws StartException with NO_PERMISSION when this process is not root's */
    public static void refuseUnlessRoot(Account account) throws StartException {
        if (Native.load("c", Libc.class).geteuid() != 0) {
            throw new StartException(
                    ExitCode.NO_PERMISSION,
                    "--user " + account.name()
                            + ": only root can become another user; leave --user out, or start with sudo");
        }
    }

    /**
     * Goes on as another user with CAP_NET_ADMIN and CAP_NET_RAW.
     *
     * <p>The user and the groups become those of every thread, by the C library's doing. The capabilities are kept by the
     * calling thread and by those that it starts from now on; threads that run already, the runtime's own, lose all.
     *
     * @throws StartException with OS_REFUSED when a call fails
     */
    public static void reduceTo(Account account) throws StartException {
        try {
            become(Native.load("c", Libc.class), account);
        } catch (LastErrorException e) {
            throw new StartException(
                    ExitCode.OS_REFUSED,
                    "--user " + account.name() + ": the system refused the change (" + e.getMessage()
                            + "); leave --user out, or start intercept as that user with AmbientCapabilities",
                    e);
        }
    }

    private static void become(Libc libc, Account account) {
        int[] groupIds = account.groupIds().stream().mapToInt(Integer::intValue).toArray();
        prctl(libc, PR_SET_KEEPCAPS, 1);
        libc.setgroups(new NativeLong(groupIds.length), groupIds);
        libc.setgid(account.groupId());
        libc.setuid(account.userId());
        int[] header = {CAPABILITY_VERSION_3, 0};
        // Effective, permitted, inheritable; then the same three for the capabilities from 32 on.
        libc.capset(header, new int[] {KEPT_CAPABILITIES, KEPT_CAPABILITIES, 0, 0, 0, 0});
        prctl(libc, PR_SET_NO_NEW_PRIVS, 1);
        // Without this, /proc/self would now belong to root, and the process could not read about itself.
        prctl(libc, PR_SET_DUMPABLE, 1);
    }

    private static void prctl(Libc libc, int option, int value) {
        NativeLong none = new NativeLong(0);
        libc.prctl(option, new NativeLong(value), none, none, none);
    }

    /** Gives files and directories to the account while this process still may; a device such as /dev/stderr is left out. */
    public static void handOver(Account account, List<Path> files) throws StartException {
        for (Path file : files) {
            try {
                if (Files.isRegularFile(file) || Files.isDirectory(file)) {
                    Files.setAttribute(file, "unix:uid", account.userId());
                    Files.setAttribute(file, "unix:gid", account.groupId());
                }
            } catch (IOException e) {
                throw new StartException(
                        ExitCode.CANNOT_CREATE,
                        "--user " + account.name() + ": " + file + " cannot be given to that user (" + e.getMessage()
                                + "); name another file",
                        e);
            }
        }
    }
}
