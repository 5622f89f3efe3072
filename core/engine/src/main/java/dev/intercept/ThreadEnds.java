package dev.intercept;

import dev.intercept.spi.BackendException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** How threads of intercept end, and the wait for it. */
final class ThreadEnds {

    private static final Logger LOG = System.getLogger(Intercept.class.getName());
    private static final int LIMIT_MS = 2000;

    private ThreadEnds() {}

    /** Waits for its end, but not for one that hangs. */
    static void await(Thread thread) {
        try {
            thread.join(LIMIT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Of a capture thread that has failed; what nobody expected is logged. */
    static ExitCode exitCode(Throwable failure) {
        if (failure instanceof BackendException expected) {
            return ExitCode.of(expected.kind());
        }
        LOG.log(Level.ERROR, "this is a bug in intercept or in the backend, please report it", failure);
        return ExitCode.SOFTWARE;
    }
}
