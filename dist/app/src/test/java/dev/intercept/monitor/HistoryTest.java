package dev.intercept.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.intercept.monitor.History.Series;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The clock stands until it is moved. */
class HistoryTest {

    private static final long S = 1_000_000_000;

    private long nowNs = -3 * S;
    private long count;
    private final History<Long> history = new History<>(
            () -> count,
            List.of(
                    new Series<>("per_s", (before, now, seconds) -> (now - before) / seconds),
                    new Series<>("level", (before, now, seconds) -> now == 0 ? Double.NaN : now)),
            () -> nowNs);

    private void pass(long forNs, long counted) {
        nowNs += forNs;
        count += counted;
        history.look();
    }

    private JsonObject read(long after) {
        return JsonParser.parseString(history.json(after)).getAsJsonObject();
    }

    private JsonArray values(String name, long after) {
        return read(after).getAsJsonObject("series").getAsJsonArray(name);
    }

    @Test
    void shouldBeEmptyBeforeTheFirstInterval() {
        assertEquals(
                "{\"intervalS\":5,\"taken\":0,\"agoS\":[],\"series\":{\"per_s\":[],\"level\":[]}}", history.json(0));
    }

    @Test
    void shouldGiveWhatHappenedBetweenTwoLooksHoweverLateTheSecondIs() {
        pass(5 * S, 0);
        pass(5 * S, 50);
        pass(10 * S, 25);
        nowNs += S / 2;
        assertEquals(
                "{\"intervalS\":5,\"taken\":3,\"agoS\":[15.5,10.5,0.5],"
                        + "\"series\":{\"per_s\":[0,10,2.5],\"level\":[null,50,75]}}",
                history.json(0));
    }

    @Test
    void shouldHoldAnHourAndForgetWhatIsOlder() {
        for (int i = 1; i <= 2 * History.POINTS + 7; i++) {
            pass(History.INTERVAL_S * S, History.INTERVAL_S * i);
        }
        JsonArray rates = values("per_s", 0);
        assertEquals(History.POINTS, rates.size());
        assertEquals(History.POINTS + 8, rates.get(0).getAsInt());
        assertEquals(2 * History.POINTS + 7, rates.get(History.POINTS - 1).getAsInt());
        assertEquals(3595, read(0).getAsJsonArray("agoS").get(0).getAsInt());
        assertTrue(history.json(0).length() < 30_000, "of two series");
    }

    @Test
    void shouldGiveAReaderWhatIsNewToIt() {
        pass(5 * S, 5);
        pass(5 * S, 10);
        long taken = read(0).get("taken").getAsLong();
        assertEquals(0, values("per_s", taken).size());
        pass(5 * S, 15);
        assertEquals("[3]", values("per_s", taken).toString());
        assertEquals(0, values("per_s", 99).size(), "a reader of one that was started before");
    }
}
