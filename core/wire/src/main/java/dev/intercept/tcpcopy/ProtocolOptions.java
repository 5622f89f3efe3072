package dev.intercept.tcpcopy;

import java.util.Objects;
import java.util.Optional;

/**
 * What the wire does not show about a client, because it was decided when tcpcopy was built.
 *
 * @param combined whether messages go in counted batches
 * @param payload whether messages carry the first 128 bytes of payload (clients built with {@code --payload})
 * @param single whether clients send no ADD (built with {@code --single})
 * @param forced the generation of every client whose first record has that generation's form; the others are recognised
 * @param batchLimit messages in a batch at most, where the client takes as many; 0 is the same as 1
 */
public record ProtocolOptions(
        Combined combined, boolean payload, boolean single, Optional<Generation> forced, int batchLimit) {

    /** As many messages in a batch as the client takes. */
    public static final int NO_BATCH_LIMIT = Integer.MAX_VALUE;

    /** How messages are batched. */
    public enum Combined {
        /** As the generation does unless it was built otherwise. */
        AUTO,
        /** In batches, where the generation has them. */
        ON,
        /** One by one (clients built with {@code --disable-combined}). */
        OFF
    }

    /** Nothing was said: each generation's own defaults. */
    public static final ProtocolOptions DEFAULTS = new ProtocolOptions(Combined.AUTO, false, false, Optional.empty());

    /** With batches as long as the client takes them. */
    public ProtocolOptions(Combined combined, boolean payload, boolean single, Optional<Generation> forced) {
        this(combined, payload, single, forced, NO_BATCH_LIMIT);
    }

    public ProtocolOptions {
        Objects.requireNonNull(combined, "combined");
        Objects.requireNonNull(forced, "forced");
    }

    /** Whether tunnels of this generation are sent batches. */
    boolean combines(Generation generation) {
        return generation.hasCombined() && combined != Combined.OFF;
    }
}
