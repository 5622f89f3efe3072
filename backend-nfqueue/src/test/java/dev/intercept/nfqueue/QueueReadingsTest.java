package dev.intercept.nfqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class QueueReadingsTest {

    private static final String TABLE = "/proc/net/netfilter/nfnetlink_queue";

    @Test
    void shouldAskForRootOnlyWhereRootMayReadTheTable() {
        assertEquals(
                "packets that the kernel drops are not counted: " + TABLE
                        + ": Permission denied; run as root, or with CAP_DAC_READ_SEARCH",
                QueueReadings.uncounted(new AccessDeniedException(TABLE)));
        assertEquals(
                "packets that the kernel drops are not counted: there is no " + TABLE
                        + "; mount /proc, or see whether 'lsmod' has nfnetlink_queue",
                QueueReadings.uncounted(new NoSuchFileException(TABLE)));
    }
}
