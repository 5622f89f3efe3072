package dev.intercept.pcap;

import java.util.List;
import java.util.Optional;

/**
 * What {@link PcapOptions} made of the options.
 *
 * @param devices at least one name; not used when a file is read
 * @param filter in pcap-filter(7) syntax; empty for every packet
 * @param snaplenBytes bytes captured of a frame, link-layer header included; a file's own length holds for a file
 * @param bufferBytes the kernel's memory for captured frames, per device
 * @param immediate whether the kernel hands on each packet at once
 * @param file the capture file to read instead of devices
 * @param inRealTime whether a file's packets come with the gaps they were captured with
 * @param vxlanPort UDP port whose datagrams are unwrapped; 0 for none
 */
record PcapSettings(
        List<String> devices,
        String filter,
        int snaplenBytes,
        int bufferBytes,
        boolean immediate,
        Optional<String> file,
        boolean inRealTime,
        int vxlanPort) {}
