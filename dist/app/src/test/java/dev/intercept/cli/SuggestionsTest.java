package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {

    @ParameterizedTest
    @CsvSource({
        "port, port, 0",
        "prot, port, 1",
        "prt, port, 1",
        "poort, port, 1",
        "pork, port, 1",
        "'', port, 4",
        "statsu, status, 1",
        "ca, abc, 3"
    })
    void shouldCountWhatWasAddedLeftOutReplacedOrSwapped(String typed, String known, int steps) {
        assertEquals(steps, Suggestions.distance(typed, known));
    }

    @Test
    void shouldSuggestTheNearestOnly() {
        List<String> known = List.of("--read", "--read-now", "--lead", "-r", "--queue");
        assertEquals(", did you mean --read?", Suggestions.of("--reda", known));
        assertEquals(", did you mean --lead or --read?", Suggestions.of("--bead", known));
        assertEquals("", Suggestions.of("-x", known));
        assertEquals("", Suggestions.of("--else", known));
    }
}
