/** What makes a process a well-behaved Unix daemon: detaching, PID file, signals, and who owns a port. */
package dev.intercept.daemon;
