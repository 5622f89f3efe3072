package dev.intercept.selftest;

import dev.intercept.tcpcopy.Generation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is to be tested, and how much of it.
 *
 * @param backend empty for intercept's own choice
 * @param requests to be served
 * @param concurrency connections open at the same time
 * @param tunnels of the small tcpcopy
 * @param generation that it speaks
 * @param bodyBytes of each answer; empty for a mix
 * @param deadlineS for all of it
 * @param interceptOptions further options for intercept, as typed
 */
public record SelftestOptions(
        Optional<String> backend,
        int requests,
        int concurrency,
        int tunnels,
        Generation generation,
        OptionalInt bodyBytes,
        int deadlineS,
        List<String> interceptOptions) {

    public SelftestOptions {
        interceptOptions = List.copyOf(interceptOptions);
    }

    /** Values among {@link #interceptOptions} by their long names: {@code --queue 5} and {@code --queue=5}. */
    Map<String, String> namedValues() {
        Map<String, String> values = new HashMap<>();
        String open = "";
        for (String word : interceptOptions) {
            int equals = word.indexOf('=');
            if (word.startsWith("--") && equals > 0) {
                values.put(word.substring(0, equals), word.substring(equals + 1));
                open = "";
            } else if (word.startsWith("-")) {
                open = word;
            } else if (!open.isEmpty()) {
                values.put(open, word);
                open = "";
            }
        }
        return values;
    }
}
