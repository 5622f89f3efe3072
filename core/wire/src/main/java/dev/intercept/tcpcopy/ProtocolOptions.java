package dev.intercept.tcpcopy;

import java.util.Objects;
import java.util.Optional;

/**
 * What the wire does not tell about a client, because it was decided when tcpcopy was built. It holds for all clients of a server.
 *
 * @param combined whether messages go in counted batches
 * @param payload whether messages carry the first 128 bytes of payload (clients built with {@code --payload})
 * @param single whether clients send no ADD (built with {@code --single})
 * @param forced the generation of every client whose first record has that generation's form; the others are recognised
 */
public record ProtocolOptions(Combined combined, boolean payload, boolean single, Optional<Generation> forced) {

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

    public ProtocolOptions {
        Objects.requireNonNull(combined, "combined");
        Objects.requireNonNull(forced, "forced");
    }

    /** Whether tunnels of this generation are sent batches. */
    boolean combines(Generation generation) {
        return generation.hasCombined() && combined != Combined.OFF;
    }
}
