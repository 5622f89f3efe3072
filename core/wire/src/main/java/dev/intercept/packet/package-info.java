/** The IPv4 and TCP headers of a captured packet, read in place: no copies, no sockets, no threads. */
@NullMarked
package dev.intercept.packet;

import org.jspecify.annotations.NullMarked;
