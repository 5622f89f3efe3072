package dev.intercept;

import dev.intercept.server.Legacy;
import dev.intercept.spi.HeldSource;
import java.util.List;

/**
 * What an intercept that has left leaves to the next program in its process.
 *
 * @param sources that are open still, for the kernel to keep packets
 */
public record Departure(Legacy legacy, List<HeldSource> sources) {}
