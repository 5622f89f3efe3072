/**
 * The backend {@code pcap}: observes responses on network devices, or reads them from a capture file. It decides nothing.
 *
 * <p>pcap4j opens devices and files, compiles filters and reads statistics; frames go from libpcap to the packet handler
 * without an object each ({@link dev.intercept.pcap.FrameBatch}).
 */
@NullMarked
package dev.intercept.pcap;

import org.jspecify.annotations.NullMarked;
