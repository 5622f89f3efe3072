/** Where log lines go: the handler behind {@link java.lang.System.Logger}, its line format and its file. */
@NullMarked
package dev.intercept.logging;

import org.jspecify.annotations.NullMarked;
