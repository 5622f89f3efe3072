package dev.intercept.tcpcopy;

import java.util.Objects;
import java.util.Optional;

/**
 * Which generation a client is taken for whose first record is that of several, and why.
 *
 * @param generation one whose first record looks like {@link Generation#V0_7}'s
 * @param reason half a sentence for the log and the status: from what it was concluded
 * @param notice what the operator should know when that is no more than a guess, with the option that decides
 */
public record Conclusion(Generation generation, String reason, Optional<String> notice) {

    /** When nothing but the first record is known of a client. */
    static final Conclusion ASSUMED = new Conclusion(
            Generation.V0_7,
            "assumed",
            Optional.of(
                    "clients 0.7, 0.8 and 0.9.0 begin alike, and 0.7 is assumed; for the others say --generation=0.8 or"
                            + " --generation=0.9 (they open three connections at once)"));

    /** Of clients 0.8.0 and 0.9.0 that were built with {@code --disable-combined}. */
    static final Conclusion UNDECIDED_WITHOUT_COUNTS = new Conclusion(
            Generation.V0_8,
            "assumed",
            Optional.of("clients 0.8 and 0.9.0 without batches look the same, and 0.8 is assumed; for 0.9.0 say"
                    + " --generation=0.9"));

    public Conclusion {
        Objects.requireNonNull(generation, "generation");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(notice, "notice");
    }
}
