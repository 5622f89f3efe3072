package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LingeringRoutesTest {

    private final List<String> reported = new ArrayList<>();
    private long nowNs = Long.MAX_VALUE - LingeringRoutes.LINGER_NS / 2; // Clocks may overflow.
    private final LingeringRoutes routes = new LingeringRoutes(
            (client, clientPort, target, targetPort, isThere) -> reported.add((isThere ? "+" : "-") + clientPort),
            () -> nowNs);

    @Test
    void shouldReportAnEndAMinuteAfterIt() {
        set(1, true);
        set(2, true);
        set(1, false);
        nowNs += LingeringRoutes.LINGER_NS - 1;
        routes.expire();
        assertEquals(List.of("+1", "+2"), reported);
        nowNs++;
        routes.expire();
        assertEquals(List.of("+1", "+2", "-1"), reported);
    }

    @Test
    void shouldReportNothingOfASessionThatComesBack() {
        set(1, true);
        set(1, false);
        set(1, true);
        nowNs += LingeringRoutes.LINGER_NS;
        routes.expire();
        assertEquals(List.of("+1"), reported);
        set(1, false);
        nowNs += LingeringRoutes.LINGER_NS;
        routes.expire();
        assertEquals(List.of("+1", "-1"), reported);
    }

    @Test
    void shouldReportTheFirstEndsEarlyWhenThereAreTooMany() {
        for (int port = 0; port <= LingeringRoutes.MAX; port++) {
            set(port, false);
        }
        assertEquals(List.of("-0"), reported);
    }

    @Test
    void shouldGoOnInAnotherProcessWithTheTimeThatIsLeft() throws IOException {
        set(1, true);
        set(1, false);
        nowNs += LingeringRoutes.LINGER_NS - 2;
        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        LingeringRoutes.save(Optional.of(routes), new DataOutputStream(saved));
        LingeringRoutes next = new LingeringRoutes(
                (client, clientPort, target, targetPort, isThere) ->
                        reported.add((isThere ? "next +" : "next -") + clientPort),
                () -> nowNs);
        next.restore(new DataInputStream(new ByteArrayInputStream(saved.toByteArray())));
        nowNs++;
        next.expire();
        assertEquals(List.of("+1", "next +1"), reported);
        nowNs++;
        next.expire();
        assertEquals(List.of("+1", "next +1", "next -1"), reported);
    }

    private void set(int clientPort, boolean isThere) {
        routes.onRoute(1, clientPort, 2, 80, isThere);
    }
}
