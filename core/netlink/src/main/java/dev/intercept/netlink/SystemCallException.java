package dev.intercept.netlink;

import java.io.IOException;

/** A system call failed, or the kernel answered a request with an error: the operation and the error number. */
public final class SystemCallException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String operation;
    private final int errno;

    public SystemCallException(String operation, int errno) {
        super(operation + " failed: " + Errno.text(errno));
        this.operation = operation;
        this.errno = errno;
    }

    public String operation() {
        return operation;
    }

    public int errno() {
        return errno;
    }

    /** The result of a system call, or this exception where it is a negated error number. */
    public static int checked(String operation, int result) throws SystemCallException {
        if (result < 0) {
            throw new SystemCallException(operation, -result);
        }
        return result;
    }
}
