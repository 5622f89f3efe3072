package dev.intercept.kit;

import java.util.concurrent.Callable;

/** Leaves this process no file descriptor for a while: whatever opens one meanwhile fails with EMFILE, all that is open goes on. */
public final class DescriptorLimit {

    private DescriptorLimit() {}

    /**
     * Does the work without a descriptor to spare, for the whole process. What it uses has to be loaded before, since a class is
     * read from a file.
     */
    public static <T> T withNone(Callable<T> work) throws Exception {
        long[] former = new long[2];
        KitLibc.getrlimit(KitLibc.RLIMIT_NOFILE, former);
        KitLibc.setrlimit(KitLibc.RLIMIT_NOFILE, new long[] {0, former[1]});
        try {
            return work.call();
        } finally {
            KitLibc.setrlimit(KitLibc.RLIMIT_NOFILE, former);
        }
    }
}
