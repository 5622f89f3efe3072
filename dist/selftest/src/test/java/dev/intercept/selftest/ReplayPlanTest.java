package dev.intercept.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplayPlanTest {

    private static List<HttpExchange> flat(List<List<HttpExchange>> connections) {
        return connections.stream().flatMap(List::stream).toList();
    }

    @Test
    void shouldHoldEachRequestOnce() {
        for (int requests : new int[] {1, 9, 10, 11, 19, 21, 2000}) {
            List<HttpExchange> all = flat(ReplayPlan.connections(requests, OptionalInt.empty()));
            assertEquals(
                    IntStream.range(0, requests).boxed().toList(),
                    all.stream().map(HttpExchange::id).toList());
        }
    }

    @Test
    void shouldMixKeptAndShortConnections() {
        List<List<HttpExchange>> connections = ReplayPlan.connections(200, OptionalInt.empty());
        long kept = connections.stream().filter(each -> each.size() == 10).count();
        assertEquals(10, kept);
        assertEquals(110, connections.size());
        assertTrue(connections.stream()
                .allMatch(each -> each.stream().allMatch(exchange -> exchange.closes() == (each.size() == 1))));
    }

    @Test
    void shouldMixSizesInBothDirectionsOverBothKindsOfConnections() {
        List<HttpExchange> all = flat(ReplayPlan.connections(200, OptionalInt.empty()));
        for (boolean closes : new boolean[] {false, true}) {
            List<HttpExchange> kind =
                    all.stream().filter(each -> each.closes() == closes).toList();
            assertEquals(
                    6,
                    kind.stream().mapToInt(HttpExchange::bodyBytes).distinct().count());
            assertEquals(
                    3,
                    kind.stream().mapToInt(HttpExchange::uploadBytes).distinct().count());
        }
    }

    @Test
    void shouldAskForOneSizeWhenItIsGiven() {
        List<HttpExchange> all = flat(ReplayPlan.connections(50, OptionalInt.of(1 << 20)));
        assertTrue(all.stream().allMatch(each -> each.bodyBytes() == 1 << 20));
    }
}
