package dev.intercept.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.server.Takeovers.Takeover;
import dev.intercept.stats.Counter;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TakeoversTest {

    @Test
    void shouldKnowWhoTookSessionsFromWhom() throws IOException {
        try (Ledger ledger = new Ledger(1 << 20, 0);
                Peer robbed = ledger.open(10000, "127.0.0.2");
                Peer again = ledger.open(10001, "127.0.0.2")) {
            Ledger.add(again, 10000);
            try (Peer thief = ledger.open(10002, "127.0.0.3")) {
                Ledger.add(thief, 10000);
                Ledger.add(thief, 10001);
                ledger.await("both", () -> ledger.count(Counter.ROUTES_TAKEN_OVER) == 2);
                ledger.respond(10000, 7, 1);
                Ledger.assertSequences(thief, 7, 1);
            }
            assertEquals(
                    List.of(new Takeover("127.0.0.3", "127.0.0.2", 2)),
                    ledger.server.signs().takeovers().all());
            assertEquals(0, robbed.socket.getInputStream().available());
        }
    }

    @Test
    void shouldKeepThePairsThatAreFrequentWhateverElseComesAndGoes() {
        Takeovers takeovers = new Takeovers();
        for (int i = 0; i < 1000; i++) {
            takeovers.count("192.0.2.9", "192.0.2.5");
            takeovers.count("192.0.2.9", "198.51.100." + i % 200);
        }
        assertEquals("192.0.2.5", takeovers.all().get(0).from());
        takeovers.restart();
        assertEquals(List.of(), takeovers.all());
    }
}
