package dev.intercept;

import org.jspecify.annotations.Nullable;

/** Intercept cannot start. The message is one line for the user: what failed, with what value, and what to do next. */
public final class StartException extends Exception {

    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;

    public StartException(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    public StartException(ExitCode exitCode, @Nullable String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** Never null: without words of its own it has those of the cause. */
    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? String.valueOf(getCause()) : message;
    }

    public ExitCode exitCode() {
        return exitCode;
    }
}
