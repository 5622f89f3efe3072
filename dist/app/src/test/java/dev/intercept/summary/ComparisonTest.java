package dev.intercept.summary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.intercept.answers.AnswerCount;
import dev.intercept.answers.AnswerDelay;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    /** A run of so many seconds in which each second is like every other. */
    private static JsonObject run(int seconds, int port) {
        JsonObject run =
                JsonParser.parseString("{\"losses\": {}, \"findings\": []}").getAsJsonObject();
        run.addProperty("seconds", seconds);
        for (String member : List.of("sessions", "requests", "forwarded", "packets")) {
            run.addProperty(member, 1000 * seconds);
        }
        JsonObject figures = new JsonObject();
        figures.addProperty("port", port);
        for (AnswerCount count : AnswerCount.values()) {
            figures.addProperty(count.label(), 1000 * seconds);
        }
        for (AnswerDelay delay : AnswerDelay.values()) {
            figures.add(
                    delay.label(),
                    JsonParser.parseString("{\"measured\": 1000, \"p50Ns\": 2000000, \"p99Ns\": 3000000}"));
        }
        figures.addProperty(AnswerCount.REPEATED.label(), 2 * seconds);
        JsonArray ports = new JsonArray();
        ports.add(figures);
        JsonObject target = new JsonObject();
        target.addProperty("oneIn", 1);
        target.add("ports", ports);
        run.add("target", target);
        return run;
    }

    private static JsonObject port(JsonObject run) {
        return run.getAsJsonObject("target").getAsJsonArray("ports").get(0).getAsJsonObject();
    }

    private static List<String> starred(JsonObject before, JsonObject after, double tolerance) {
        return new Comparison(before, after, tolerance)
                .lines().stream()
                        .filter(line -> line.endsWith(" *"))
                        .map(line -> line.replaceAll(" +", " "))
                        .toList();
    }

    @Test
    void shouldFindNoDifferenceBetweenALongAndAShortRunOfTheSame() {
        Comparison same = new Comparison(run(60, 8080), run(600, 9090), 0);
        assertEquals(0, same.differences(), () -> String.join("\n", same.lines()));
    }

    @Test
    void shouldStarADelayBeyondTheTolerance() {
        JsonObject slower = run(60, 8080);
        port(slower).getAsJsonObject("data_delay").addProperty("p50Ns", 2_300_000);
        assertEquals(List.of("data delay p50, ms 2.00 2.30 +15.0 % *"), starred(run(60, 8080), slower, 10));
        assertEquals(List.of(), starred(run(60, 8080), slower, 20));
        port(slower).getAsJsonObject("data_delay").addProperty("measured", 9);
        assertEquals(List.of(), starred(run(60, 8080), slower, 10));
    }

    @Test
    void shouldCompareTheDelayOfFirstBytesWhereBothRunsMeasuredIt() {
        JsonObject slower = run(60, 8080);
        port(slower).getAsJsonObject("first_byte_delay").addProperty("p99Ns", 4_000_000);
        assertEquals(List.of("first byte delay p99, ms 3.00 4.00 +33.3 % *"), starred(run(60, 8080), slower, 10));
        port(slower).getAsJsonObject("first_byte_delay").addProperty("measured", 0);
        assertFalse(lines(run(60, 8080), slower).contains("first byte"));
        port(slower).remove("first_byte_delay");
        assertFalse(lines(slower, run(60, 8080)).contains("first byte"));
        assertTrue(lines(run(60, 8080), run(60, 8080)).contains("first byte delay p50, ms"));
    }

    private static String lines(JsonObject before, JsonObject after) {
        return String.join("\n", new Comparison(before, after, 0).lines());
    }

    @Test
    void shouldNotStarWhatChanceExplains() {
        JsonObject few = run(60, 8080);
        port(few).addProperty(AnswerCount.REPEATED.label(), 135);
        assertEquals(List.of(), starred(run(60, 8080), few, 10));
        port(few).addProperty(AnswerCount.REPEATED.label(), 180);
        assertEquals(List.of("sent again, % of segments 0.200 0.300 +50.0 % *"), starred(run(60, 8080), few, 10));
    }

    @Test
    void shouldNameWhatOnlyOneRunHas() {
        JsonObject other = run(60, 8080);
        other.add(
                "findings",
                JsonParser.parseString("[{'id': 'target-slow', 'severity': 'WARN'},"
                        + " {'id': 'target-slow', 'severity': 'WARN'}, {'id': 'no-tcpcopy', 'severity': 'INFO'}]"));
        other.add("losses", JsonParser.parseString("{\"no_route\": 600}"));
        assertEquals(
                List.of("lost, % of packets 0.00 1.00 from 0 *", "finding target-slow no yes *"),
                starred(run(60, 8080), other, 10));
    }

    @Test
    void shouldHoldPortsOfOneNumberAgainstEachOther() {
        JsonObject two = run(60, 8080);
        two.getAsJsonObject("target").getAsJsonArray("ports").add(port(run(60, 9090)));
        assertEquals(List.of("port 9090 answered no yes *"), starred(run(60, 8080), two, 10));
        assertTrue(starred(two, run(60, 8080), 10).contains("port 9090 answered yes no *"));
    }
}
