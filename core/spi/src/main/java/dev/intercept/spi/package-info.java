/**
 * What a capture backend plug-in sees of intercept, and all it sees: JDK types only.
 *
 * <p>A backend implements {@link dev.intercept.spi.CaptureBackendProvider}, names it in {@code
 * META-INF/services/dev.intercept.spi.CaptureBackendProvider}, and passes the published contract kit.
 */
@NullMarked
package dev.intercept.spi;

import org.jspecify.annotations.NullMarked;
