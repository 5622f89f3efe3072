package dev.intercept.nfnetlink;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import java.util.List;

/** The option that both netfilter backends have, and mean the same by: how much of a packet is handed up. */
public final class CopyRange {

    /** Two headers without options. */
    private static final int MIN_BYTES = 40;

    /** The longest payload attribute. */
    private static final int MAX_BYTES = 65531;

    public static final BackendOption OPTION = new BackendOption(
            List.of("--copy-range"), "BYTES", "128", "bytes of each packet that are looked at; 120 hold all headers");

    private CopyRange() {}

    /** Bytes of each packet that are handed up. */
    public static int bytes(BackendOptions options) throws BackendException {
        return options.number(OPTION.name(), MIN_BYTES, MAX_BYTES);
    }
}
