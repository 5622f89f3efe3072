package dev.intercept.netlink;

import java.util.Random;

/** One fault, chosen by a seed: a call fails from some time on, once, several times or for ever; or all do now and then. */
public final class SeededFaults implements FakeNetlink.Faults {

    private static final String[] CALLS = {
        "socket",
        "bind",
        "connect",
        "getsockname",
        "setsockopt",
        "getsockopt",
        "sendmsg",
        "sendmmsg",
        "recvmsg",
        "recvmmsg",
        "epoll_create1",
        "epoll_ctl",
        "epoll_wait",
        "eventfd",
        "eventfd_write",
        "usleep",
        "close",
        "any"
    };

    private static final int[] ERRNOS = {
        Errno.EPERM,
        Errno.ENOENT,
        Errno.EINTR,
        Errno.EIO,
        Errno.EBADF,
        Errno.EAGAIN,
        Errno.ENOMEM,
        Errno.EACCES,
        Errno.EFAULT,
        Errno.EBUSY,
        Errno.EINVAL,
        Errno.ENFILE,
        Errno.EMFILE,
        Errno.ENOBUFS,
        Errno.ECONNREFUSED,
        Errno.ENOSYS
    };

    private static final int[] TIMES = {1, 2, 5, 100, Integer.MAX_VALUE};

    private final Random random;
    private final String call;
    private final int errno;
    private final int first;
    private final int times;
    private int seen;
    private boolean armed;

    /** @param seed also walks through the calls and the errors, so that each pair has its turn */
    public SeededFaults(int seed) {
        // Small seeds differ too little: the first numbers of java.util.Random would all be alike.
        random = new Random(seed * 0x9e37_79b9_7f4a_7c15L);
        call = CALLS[seed % CALLS.length];
        errno = ERRNOS[seed / CALLS.length % ERRNOS.length];
        first = 1 + random.nextInt(10);
        armed = random.nextBoolean();
        times = TIMES[random.nextInt(TIMES.length)];
    }

    /** The backend is open: from now on at the latest calls fail. Half of the faults are at its start already. */
    public void begin() {
        armed = true;
    }

    /** Lets nothing fail any more. */
    public void end() {
        armed = false;
    }

    @Override
    public int errno(String name) {
        if (!armed) {
            return 0;
        }
        if (call.equals("any")) {
            return random.nextInt(10) == 0 ? ERRNOS[random.nextInt(ERRNOS.length)] : 0;
        }
        if (!call.equals(name)) {
            return 0;
        }
        seen++;
        return seen >= first && seen - first < times ? errno : 0;
    }

    @Override
    public String toString() {
        return call.equals("any")
                ? "any call now and then"
                : call + " fails with " + Errno.text(errno) + " " + times + " times, from call " + first + " on";
    }
}
