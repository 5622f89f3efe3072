/** Where log lines go: the handler behind {@link java.lang.System.Logger}, its line format and its file. */
package dev.intercept.logging;
