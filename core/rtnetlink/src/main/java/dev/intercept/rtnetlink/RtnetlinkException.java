package dev.intercept.rtnetlink;

import java.io.IOException;

/** The kernel refused a request: what was asked, and the error number. */
public final class RtnetlinkException extends IOException {

    /** asm-generic/errno-base.h: not permitted, no such entry, no such process or route, exists already. */
    public static final int EPERM = 1;

    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EAGAIN = 11;
    public static final int EEXIST = 17;

    private static final long serialVersionUID = 1L;

    private final int errno;

    RtnetlinkException(String operation, int errno) {
        super(operation + " failed: errno " + errno);
        this.errno = errno;
    }

    /** Never null. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    public int errno() {
        return errno;
    }

    /** Whether what was to be removed or read is not there. */
    public boolean isAbsence() {
        return errno == ENOENT || errno == ESRCH;
    }
}
