/** The command {@code intercept}: its options, its messages, and the process around one {@link dev.intercept.Intercept}. */
package dev.intercept.cli;
