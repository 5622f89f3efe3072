/** Intercept put together: its configuration, what starts and stops, and why it could not. */
@NullMarked
package dev.intercept;

import org.jspecify.annotations.NullMarked;
