/**
 * Finds the IP packet in a captured frame, through link-layer headers, VLAN tags, MPLS labels and tunnels, each read where it
 * lies. Knows no libpcap; a frame that is cut short anywhere is counted, never an exception.
 */
@NullMarked
package dev.intercept.pcap.link;

import org.jspecify.annotations.NullMarked;
