/** The IPv4 and TCP headers of a captured packet, read in place: no copies, no sockets, no threads. */
package dev.intercept.packet;
