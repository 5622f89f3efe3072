package dev.intercept.ipqueue;

/** A system call failed: which one, and the error number. Becomes a BackendException where the next step is known. */
final class SystemCallException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String operation;
    private final int errno;

    SystemCallException(String operation, int errno) {
        super(operation + ": " + Errno.describe(errno));
        this.operation = operation;
        this.errno = errno;
    }

    String operation() {
        return operation;
    }

    int errno() {
        return errno;
    }
}
