/**
 * The published contract kit: rules that every capture backend keeps, and the real things to try them on: private network
 * namespaces, raw sockets, forged packets, tcpcopy's side of a tunnel.
 *
 * <p>Only {@code CaptureBackendContract} and {@code FailingCallsRun} need JUnit; the rest is also what {@code intercept selftest}
 * runs on.
 */
@NullMarked
package dev.intercept.kit;

import org.jspecify.annotations.NullMarked;
