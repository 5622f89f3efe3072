package dev.intercept.nflog;

import dev.intercept.nfnetlink.CopyRange;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import java.util.List;

/**
 * What the user chose for the group.
 *
 * @param group 0 to 65535
 * @param copyRangeBytes how much of each packet is handed up, unless the rule says less
 * @param gatherUs how long packets may gather in the kernel when they come briskly, in microseconds; 0 for not at all
 * @param bufferBytes room for messages that wait to be received; beyond, the kernel drops
 */
record GroupSettings(int group, int copyRangeBytes, int gatherUs, int bufferBytes) {

    static final String GROUP = "--nflog-group";
    static final String GATHER = "--nflog-gather-us";
    static final String BUFFER = "--nflog-buffer";

    static final int MAX_GROUP = 65535;
    private static final int MAX_GATHER_US = 10_000;
    private static final int MIN_BUFFER_BYTES = 1 << 16;
    static final int MAX_BUFFER_BYTES = 1 << 30;

    static final List<BackendOption> OPTIONS = List.of(
            new BackendOption(List.of(GROUP), "N", "0", "group number of the rule"),
            CopyRange.OPTION,
            new BackendOption(
                    List.of(GATHER),
                    "US",
                    "1000",
                    "microseconds that brisk traffic may gather in the kernel; 0 for not at all"),
            new BackendOption(
                    List.of(BUFFER), "BYTES", "16777216", "room for headers that wait; beyond, they are lost"));

    static GroupSettings from(BackendOptions options) throws BackendException {
        return new GroupSettings(
                options.number(GROUP, 0, MAX_GROUP),
                CopyRange.bytes(options),
                options.number(GATHER, 0, MAX_GATHER_US),
                options.number(BUFFER, MIN_BUFFER_BYTES, MAX_BUFFER_BYTES));
    }
}
