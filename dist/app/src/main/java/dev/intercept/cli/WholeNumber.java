package dev.intercept.cli;

import dev.intercept.session.SessionLimits;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A whole number within bounds; picocli makes converters without arguments, hence the subclass per kind of number. */
abstract class WholeNumber implements ITypeConverter<Integer> {

    private final String kind;
    private final int min;
    private final int max;

    /** @param kind completes "is not …" in the message: {@code "a TCP port"} */
    WholeNumber(String kind, int min, int max) {
        this.kind = kind;
        this.min = min;
        this.max = max;
    }

    @Override
    public Integer convert(String value) {
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below, like a number out of range.
        }
        throw new TypeConversionException("'" + value + "' is not " + kind + " from " + min + " to " + max);
    }

    static final class Port extends WholeNumber {
        Port() {
            super("a TCP port", 1, 65535);
        }
    }

    /** Up to a week: longer than any replayed connection stays idle. */
    static final class Seconds extends WholeNumber {
        Seconds() {
            super("a number of seconds", 1, 604_800);
        }
    }

    static final class Percent extends WholeNumber {
        Percent() {
            super("a number of per cent", 0, 1000);
        }
    }

    static final class Sessions extends WholeNumber {
        Sessions() {
            super("a number", 1, SessionLimits.SESSIONS_LIMIT);
        }
    }

    static final class ParkedHeaders extends WholeNumber {
        ParkedHeaders() {
            super("a number", 0, SessionLimits.PARKED_LIMIT);
        }
    }

    /** The original takes 0 too, and then sends messages one by one, as with 1. */
    static final class Batch extends WholeNumber {
        Batch() {
            super("a number of messages", 0, 65535);
        }
    }

    static final class Tunnels extends WholeNumber {
        Tunnels() {
            super("a number", 1, 65535);
        }
    }

    static final class Niceness extends WholeNumber {
        Niceness() {
            super("a nice value", -20, 19);
        }
    }
}
