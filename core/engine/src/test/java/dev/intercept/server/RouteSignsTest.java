package dev.intercept.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import org.junit.jupiter.api.Test;

class RouteSignsTest {

    private final Counters counters = new Counters();
    private final RouteSigns signs = new RouteSigns(counters);

    @Test
    void shouldTellSessionsThatBeginAgainAtOnceFromThoseGivenUp() {
        signs.onAdd(1, 2, 3, 80, 100);
        signs.onAdd(1, 3, 3, 80, 100);
        assertEquals(0, counters.get(Counter.ROUTES_RENEWED_AT_ONCE));
        signs.onAdd(1, 2, 3, 80, 101);
        assertEquals(1, counters.get(Counter.ROUTES_RENEWED_AT_ONCE));
        signs.onAdd(1, 2, 3, 80, 104);
        assertEquals(1, counters.get(Counter.ROUTES_RENEWED_SOON));
        signs.onAdd(1, 2, 3, 80, 150);
        assertEquals(1, counters.get(Counter.ROUTES_RENEWED_AT_ONCE));
        assertEquals(1, counters.get(Counter.ROUTES_RENEWED_SOON));
    }

    @Test
    void shouldKnowTheTargetsThatRoutesName() {
        signs.onAdd(1, 2, 3, 80, 100);
        signs.onAdd(1, 2, 0, 0, 200);
        assertEquals(1, signs.targets().entries().size());
        assertEquals(80, signs.targets().entries().get(0).port());
    }
}
