/** Looks at the host as {@code intercept check} does: one class for each area, which reads facts and says what they mean. */
@NullMarked
package dev.intercept.diagnosis.check;

import org.jspecify.annotations.NullMarked;
