package dev.intercept.cli;

import java.io.FileInputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Whether something failed for want of a file descriptor. The Java runtime reads classes and libraries from files, so that it may
 * be anything, under any name.
 */
final class DescriptorsUsedUp {

    static final String TEXT =
            "no file descriptor is left: the limit of open files is too low for so many tunnels, lanes and"
                    + " connections; raise it: ulimit -n 65536, or LimitNOFILE= in the unit";

    private static final String EMFILE = "Too many open files";

    private DescriptorsUsedUp() {}

    static boolean are(Throwable failure) {
        return isNamedBy(failure) || failure instanceof LinkageError && areNow();
    }

    private static boolean isNamedBy(@Nullable Throwable failure) {
        return failure != null
                && (String.valueOf(failure.getMessage()).contains(EMFILE) || isNamedBy(failure.getCause()));
    }

    private static boolean areNow() {
        try {
            new FileInputStream("/dev/null").close();
            return false;
        } catch (IOException e) {
            return isNamedBy(e);
        }
    }
}
