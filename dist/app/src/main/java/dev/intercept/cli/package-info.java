/** The command {@code intercept}: its options, its messages, and the process around one {@link dev.intercept.Intercept}. */
@NullMarked
package dev.intercept.cli;

import org.jspecify.annotations.NullMarked;
