package dev.intercept.nfqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class QueueStatusTest {

    /** As kernel 6.18 prints it. */
    private static final String TEXT = """
                0  31363     1 2   128     4     5        6  1
               12 4294963200  8192 2 65531 4294967295     0 4294967295  1
            """;

    @Test
    void shouldReadTheLineOfAQueue() {
        assertEquals(Optional.of(new QueueStatus(0, 31363, 1, 4, 5, 6)), QueueStatus.find(TEXT, 0));
    }

    @Test
    void shouldReadTheLargestNumbers() {
        assertEquals(
                Optional.of(new QueueStatus(12, 4294963200L, 8192, 4294967295L, 0, 4294967295L)),
                QueueStatus.find(TEXT, 12));
    }

    @Test
    void shouldFindNothingWhereTheQueueIsNotOrTheLineIsStrange() {
        assertEquals(Optional.empty(), QueueStatus.find(TEXT, 1));
        assertEquals(Optional.empty(), QueueStatus.find("", 0));
        assertEquals(Optional.empty(), QueueStatus.find("0 1 2\n", 0));
        assertEquals(Optional.empty(), QueueStatus.find("0 a 1 2 128 4 5 6 1\n", 0));
    }

    @Test
    void shouldCountOnWhereTheKernelsCounterBeginsAgain() {
        WrappingCounter counter = new WrappingCounter();
        counter.advanceTo(0xffff_fffeL);
        counter.advanceTo(3);
        assertEquals(0x1_0000_0003L, counter.total());
    }
}
