package dev.intercept;

import dev.intercept.server.Inheritance;
import dev.intercept.spi.HeldSource;
import java.util.List;

/**
 * A {@link Departure} as it reached the next program.
 *
 * @param sources those that were not taken after the start are of no use
 */
public record Arrival(Inheritance inheritance, List<HeldSource> sources) {}
