/**
 * netlink(7), JDK only: messages read and written in place, and a socket over the few system calls that it needs.
 *
 * <p>How the C library is called is for the user of {@link dev.intercept.netlink.SystemCalls} to bring.
 */
@NullMarked
package dev.intercept.netlink;

import org.jspecify.annotations.NullMarked;
