package dev.intercept.kit;

import java.util.List;
import java.util.Random;

/** One fault, chosen by a seed: a call fails from some time on, once, several times or for ever; or all do now and then. */
public final class SeededFaults {

    /** The name of no call: any fails now and then. */
    public static final String ANY = "any";

    /** EPERM, ENOENT, EINTR, EIO, EBADF, EAGAIN, ENOMEM, EACCES, EFAULT, EBUSY, EINVAL, ENFILE, EMFILE, ENOSYS, ENOBUFS, ECONNREFUSED. */
    private static final int[] ERRNOS = {1, 2, 4, 5, 9, 11, 12, 13, 14, 16, 22, 23, 24, 38, 105, 111};

    private static final int[] TIMES = {1, 2, 5, 100, Integer.MAX_VALUE};

    private final Random random;
    private final String call;
    private final int errno;
    private final int first;
    private final int times;
    private int seen;
    private boolean armed;

    /**
     * @param seed also walks through the calls and the errors, so that each pair has its turn
     * @param calls the names of those that may fail, or {@link #ANY}
     */
    public SeededFaults(int seed, List<String> calls) {
        // Small seeds differ too little: the first numbers of java.util.Random would all be alike.
        random = new Random(seed * 0x9e37_79b9_7f4a_7c15L);
        call = calls.get(seed % calls.size());
        errno = ERRNOS[seed / calls.size() % ERRNOS.length];
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

    /** The error number with which this call fails now, 0 for none. */
    public int errno(String name) {
        if (!armed) {
            return 0;
        }
        if (call.equals(ANY)) {
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
        return call.equals(ANY)
                ? "any call now and then"
                : call + " fails with errno " + errno + " " + times + " times, from call " + first + " on";
    }
}
