/**
 * Reads capture files, .pcap and .pcapng, from a file or a stream, compressed or not, frame by frame through a small window.
 * Knows neither libpcap nor what is in a frame.
 */
@NullMarked
package dev.intercept.pcap.file;

import org.jspecify.annotations.NullMarked;
