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

    public StartException(ExitCode exitCode, @Nullable String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    public ExitCode exitCode() {
        return exitCode;
    }
}
