/** Looks at the host as {@code intercept check} does: one class for each area, which reads facts and says what they mean. */
package dev.intercept.diagnosis.check;
