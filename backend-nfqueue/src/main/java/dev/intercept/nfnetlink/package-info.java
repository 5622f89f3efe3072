/**
 * Netlink sockets of the kernel's netfilter subsystems, over the C library's own calls: nothing native to install.
 *
 * <p>Not for other modules. It knows sockets and message headers; what a subsystem says in its messages is the business of
 * the backend that speaks to it.
 */
@NullMarked
package dev.intercept.nfnetlink;

import org.jspecify.annotations.NullMarked;
