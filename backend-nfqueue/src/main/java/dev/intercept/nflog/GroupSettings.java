package dev.intercept.nflog;

import dev.intercept.nfnetlink.CommonOptions;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import java.util.List;

/**
 * What the user chose for the group.
 *
 * @param group 0 to 65535
 * @param copyRangeBytes how much of each packet is handed up, unless the rule says less
 * @param coalesceUs how long packets may gather in the kernel, in microseconds; 0 for not at all
 * @param bufferBytes room for messages that wait to be received; beyond, the kernel drops
 */
record GroupSettings(int group, int copyRangeBytes, int coalesceUs, int bufferBytes) {

    static final String GROUP = "--nflog-group";
    static final String BUFFER = "--nflog-buffer";

    private static final int MAX_GROUP = 65535;
    private static final int MIN_BUFFER_BYTES = 1 << 16;
    private static final int MAX_BUFFER_BYTES = 1 << 30;

    static final List<BackendOption> OPTIONS = List.of(
            new BackendOption(List.of(GROUP), "N", "0", "group number of the rule"),
            CommonOptions.COPY_RANGE,
            CommonOptions.COALESCE,
            new BackendOption(
                    List.of(BUFFER), "BYTES", "16777216", "room for headers that wait; beyond, they are lost"));

    static GroupSettings from(BackendOptions options) throws BackendException {
        return new GroupSettings(
                options.number(GROUP, 0, MAX_GROUP),
                CommonOptions.copyRangeBytes(options),
                CommonOptions.coalesceUs(options),
                options.number(BUFFER, MIN_BUFFER_BYTES, MAX_BUFFER_BYTES));
    }
}
