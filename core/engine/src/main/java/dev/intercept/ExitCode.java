package dev.intercept;

import dev.intercept.spi.BackendException;

/** How the process ends, in the numbers of {@code sysexits.h}. */
public enum ExitCode {
    OK(0, "ended as asked"),
    USAGE(64, "an option or its value is invalid"),
    UNAVAILABLE(69, "the backend cannot be used here: kernel support or a library is missing"),
    SOFTWARE(70, "a bug in intercept"),
    OS_REFUSED(71, "the operating system refused: port, queue or device is taken, or a system call failed"),
    CANNOT_CREATE(73, "the log, PID or summary file cannot be created"),
    NO_PERMISSION(77, "a privilege is missing"),
    BAD_CONFIGURATION(78, "a configuration file or filter does not parse");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    public int code() {
        return code;
    }

    /** For the help text, without a full stop. */
    public String meaning() {
        return meaning;
    }

    /** The exit code for a backend that could not be opened or that failed. */
    public static ExitCode of(BackendException.Kind kind) {
        return switch (kind) {
            case USAGE -> USAGE;
            case UNAVAILABLE -> UNAVAILABLE;
            case REFUSED -> OS_REFUSED;
            case NO_PERMISSION -> NO_PERMISSION;
            case BAD_CONFIGURATION -> BAD_CONFIGURATION;
        };
    }
}
