/** What makes a process a well-behaved Unix daemon: detaching, PID file, signals, and who owns a port. */
@NullMarked
package dev.intercept.daemon;

import org.jspecify.annotations.NullMarked;
