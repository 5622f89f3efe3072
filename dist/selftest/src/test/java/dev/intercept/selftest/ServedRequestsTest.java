package dev.intercept.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ServedRequestsTest {

    private final ServedRequests served = new ServedRequests();

    @Test
    void shouldCountDistinctAndRepeatedRequests() {
        for (int id : new int[] {0, 1, 1, 3}) {
            served.served(id, 10);
        }
        assertEquals(3, served.distinct());
        assertEquals(1, served.again());
        assertEquals(40, served.bodyBytes());
    }

    @Test
    void shouldNameTheFirstRequestThatIsMissing() {
        served.served(0, 10);
        served.served(2, 10);
        assertEquals(1, served.firstMissing(3));
        assertEquals(-1, served.firstMissing(1));
    }

    @Test
    void shouldNotCountProbes() {
        served.served(HttpExchange.PROBE_ID, 10);
        assertEquals(0, served.distinct());
        assertEquals(0, served.bodyBytes());
    }

    @Test
    void shouldWaitUntilTheLastIsServed() throws InterruptedException {
        assertFalse(served.await(1, 1));
        Thread server = new Thread(() -> served.served(0, 10));
        server.start();
        assertTrue(served.await(1, 10_000));
        server.join();
    }
}
