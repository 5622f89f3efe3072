/** What intercept counted: one counter for each thing that can happen to a packet, a session or a tunnel, and the line that reports it. */
@NullMarked
package dev.intercept.stats;

import org.jspecify.annotations.NullMarked;
