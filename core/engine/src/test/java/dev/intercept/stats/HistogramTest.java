package dev.intercept.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class HistogramTest {

    @Test
    void shouldDivideADoublingInSteps() {
        Histogram histogram = new Histogram(1000, 4, 4);
        assertEquals(13, histogram.bounds());
        long[] bounds = {1000, 1250, 1500, 1750, 2000, 2500, 3000, 3500, 4000, 5000, 6000, 7000, 8000};
        for (int i = 0; i < bounds.length; i++) {
            assertEquals(bounds[i], histogram.bound(i));
            histogram.record(bounds[i]);
            histogram.record(bounds[i] + 1);
        }
        for (int i = 0; i <= bounds.length; i++) {
            assertEquals(i == 0 || i == bounds.length ? 1 : 2, histogram.count(i), "bucket " + i);
        }
        histogram.record(Long.MAX_VALUE);
        assertEquals(2, histogram.count(13));
    }

    @Test
    void shouldPutEachValueBelowItsBound() {
        Histogram histogram = new Histogram(1000, 5);
        long[] values = {0, 1, 1000, 1001, 2000, 2001, 4000, 8000, 16000, 16001, Long.MAX_VALUE / 2};
        for (long value : values) {
            histogram.record(value);
        }
        assertEquals(16000, histogram.bound(4));
        long[] expected = {3, 2, 2, 1, 1, 2};
        for (int bucket = 0; bucket <= histogram.bounds(); bucket++) {
            assertEquals(expected[bucket], histogram.count(bucket), "bucket " + bucket);
        }
    }

    @Test
    void shouldSumWhatItWasGiven() {
        Histogram histogram = new Histogram(1, 7);
        for (int value = 1; value <= 64; value++) {
            histogram.record(value);
        }
        assertEquals(64 * 65 / 2, histogram.sum());
        assertEquals(32, histogram.count(6));
        assertEquals(0, histogram.count(7));
    }
}
