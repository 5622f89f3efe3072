/**
 * Finds the IPv4 packet in a captured frame: link-layer headers, VLAN tags and VXLAN, each a stateless flyweight over the
 * frame's bytes. Knows no libpcap; a frame that is cut short anywhere is "not IPv4", never an exception.
 */
package dev.intercept.pcap.link;
