/**
 * {@code intercept selftest}: proves on this machine that answers of a real server reach tcpcopy and nobody else. In a
 * private network namespace it runs a real HTTP server, this very intercept as a child process, and a small tcpcopy.
 */
@NullMarked
package dev.intercept.selftest;

import org.jspecify.annotations.NullMarked;
