package dev.intercept.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RouteSignsTest {

    private static final long CLIENT = 1L << 16 | 2;

    private final RouteSigns signs = new RouteSigns(() -> 0);

    @Test
    void shouldKnowTheTargetsThatRoutesName() {
        signs.onAdd(1, 2, 3, 80);
        signs.onAdd(1, 2, 0, 0);
        assertEquals(1, signs.targets().entries().size());
        assertEquals(80, signs.targets().entries().get(0).port());
    }

    @Test
    void shouldKnowTheLatestTargetOfAClient() {
        assertEquals(0, signs.targetOf(CLIENT));
        signs.onAdd(1, 2, 3, 80);
        signs.onAdd(1, 2, 4, 81);
        signs.onAdd(1, 3, 5, 82);
        assertEquals(4L << 16 | 81, signs.targetOf(CLIENT));
        assertEquals(1, signs.latestClient());
    }
}
