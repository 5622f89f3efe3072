/** Watches a running intercept for the signs that answers or copied requests go astray: one class for each sign. */
@NullMarked
package dev.intercept.diagnosis.watch;

import org.jspecify.annotations.NullMarked;
