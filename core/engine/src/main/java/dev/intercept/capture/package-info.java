/** From a captured packet to its verdict: which backend is used, the loop that polls it, and the one place that decides. */
@NullMarked
package dev.intercept.capture;

import org.jspecify.annotations.NullMarked;
