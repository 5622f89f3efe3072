package dev.intercept.nfnetlink;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import java.util.List;

/** The options that both netfilter backends have, and mean the same by. */
public final class CommonOptions {

    /** Two headers without options. */
    private static final int MIN_COPY_RANGE = 40;

    /** The longest payload attribute. */
    private static final int MAX_COPY_RANGE = 65531;

    private static final int MAX_COALESCE_US = 10_000;

    public static final BackendOption COPY_RANGE = new BackendOption(
            List.of("--copy-range"), "BYTES", "128", "bytes of each packet that are looked at; 120 hold all headers");

    public static final BackendOption COALESCE = new BackendOption(
            List.of("--coalesce-us"),
            "US",
            "250",
            "microseconds that brisk traffic may gather, to save wake-ups; 0 for not at all");

    private CommonOptions() {}

    /** Bytes of each packet that are handed up. */
    public static int copyRangeBytes(BackendOptions options) throws BackendException {
        return options.number(COPY_RANGE.name(), MIN_COPY_RANGE, MAX_COPY_RANGE);
    }

    /** How long packets may gather, in microseconds. */
    public static int coalesceUs(BackendOptions options) throws BackendException {
        return options.number(COALESCE.name(), 0, MAX_COALESCE_US);
    }
}
