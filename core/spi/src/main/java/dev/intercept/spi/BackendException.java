package dev.intercept.spi;

import org.jspecify.annotations.Nullable;

/** A backend cannot be opened or cannot go on. The message says what failed, with what value, and what to do next. */
public final class BackendException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why, as far as the caller distinguishes the cases. */
    public enum Kind {
        /** An option of the backend has an invalid value. */
        USAGE,
        /** The kernel, a module or a library that this backend needs is not here. */
        UNAVAILABLE,
        /** The operating system refused: the queue or device is taken, or a system call failed. */
        REFUSED,
        /** The process lacks a privilege; the message names it. */
        NO_PERMISSION,
        /** A filter or file that the user wrote does not parse. */
        BAD_CONFIGURATION
    }

    private final Kind kind;

    public BackendException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public BackendException(Kind kind, @Nullable String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** Never null: without words of its own it has those of the cause. */
    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? String.valueOf(getCause()) : message;
    }

    public Kind kind() {
        return kind;
    }
}
