package dev.intercept.pcap;

import dev.intercept.pcap.file.CaptureFile;
import dev.intercept.pcap.link.Decapsulation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@link PcapOptions} made of the options.
 *
 * @param devices at least one name; not used when files are read
 * @param lanes how many lanes share each device
 * @param filter in pcap-filter(7) syntax; empty for every packet
 * @param snaplenBytes bytes captured of a frame, link-layer header included; a file's own length holds for a file
 * @param bufferBytes the kernel's memory for captured frames, per device
 * @param immediate whether the kernel hands on each packet at once
 * @param files the capture files to read instead of devices, in this order; empty when devices are captured on
 * @param rounds how often the files are read; {@link #FOREVER} for without end
 * @param inRealTime whether a file's packets come with the gaps they were captured with
 * @param readNow whether reading begins before anybody wants to know
 * @param tunnels what is unwrapped
 */
record PcapSettings(
        List<String> devices,
        int lanes,
        String filter,
        int snaplenBytes,
        int bufferBytes,
        boolean immediate,
        List<String> files,
        int rounds,
        boolean inRealTime,
        boolean readNow,
        Decapsulation tunnels) {

    static final int FOREVER = 0;

    /** A regular file's first bytes are there; those of a compressed one have to be unpacked. */
    static final int FIRST_BYTES_TIMEOUT_MS = 10_000;

    /** Whether what is named so cannot be read twice. */
    static boolean isStream(String name) {
        Path path = Path.of(name);
        return name.equals(CaptureFile.STANDARD_INPUT)
                || Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path);
    }
}
