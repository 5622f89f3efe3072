package dev.intercept.pcap;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The options of this backend, as the user gives them and checked. */
final class PcapOptions {

    static final String INTERFACE = "--interface";
    static final String FILTER = "--filter";
    static final String SNAPLEN = "--snaplen";
    static final String PCAP_BUFFER = "--pcap-buffer";
    static final String IMMEDIATE = "--immediate";
    static final String READ = "--read";
    static final String READ_SPEED = "--read-speed";
    static final String VXLAN = "--vxlan";

    static final List<BackendOption> ALL = List.of(
            new BackendOption(
                    List.of(INTERFACE, "-i"), "DEV[,DEV...]", "any", "devices to capture on, each a lane of its own"),
            new BackendOption(
                    List.of(FILTER, "-F"), "FILTER", "", "which packets are responses, in pcap-filter(7) syntax"),
            new BackendOption(
                    List.of(SNAPLEN), "BYTES", "128", "bytes captured of each frame (with --vxlan 64 more by default)"),
            new BackendOption(
                    List.of(PCAP_BUFFER),
                    "SIZE",
                    "16M",
                    "memory for frames that wait, per device: bytes, or with K or M"),
            new BackendOption(
                    List.of(IMMEDIATE), "on|off", "on", "hand each packet on at once, or in blocks every 10 ms"),
            new BackendOption(List.of(READ), "FILE", "", "read responses from a .pcap or .pcapng file instead"),
            new BackendOption(
                    List.of(READ_SPEED), "full|real", "full", "read a file as fast as it goes, or in its own time"),
            new BackendOption(List.of(VXLAN), "PORT", "", "unwrap VXLAN datagrams to this UDP port (usually 4789)"));

    private static final int SNAPLEN_MIN_BYTES = 64;
    private static final int SNAPLEN_MAX_BYTES = 65535;

    /** Ethernet with a VLAN tag, IPv4, UDP and VXLAN in front of the inner frame: 18 + 20 + 8 + 8, rounded up. */
    private static final int VXLAN_OVERHEAD_BYTES = 64;

    private static final int BUFFER_MIN_BYTES = 64 << 10;
    static final int BUFFER_MAX_BYTES = 1 << 30;

    private PcapOptions() {}

    /** @throws BackendException of kind USAGE */
    static PcapSettings parse(BackendOptions options) throws BackendException {
        checkReading(options);
        int vxlanPort = options.isGiven(VXLAN) ? options.number(VXLAN, 1, 65535) : 0;
        return new PcapSettings(
                devices(options),
                options.text(FILTER).orElse(""),
                snaplen(options, vxlanPort),
                bufferBytes(options),
                oneOf(options, IMMEDIATE, "on", "off"),
                options.text(READ),
                oneOf(options, READ_SPEED, "real", "full"),
                vxlanPort);
    }

    private static void checkReading(BackendOptions options) throws BackendException {
        if (options.isGiven(READ) && options.isGiven(INTERFACE)) {
            throw usage(READ + " and " + INTERFACE + " exclude each other: give a file or devices");
        }
        if (options.isGiven(READ_SPEED) && !options.isGiven(READ)) {
            throw usage(READ_SPEED + " is for a file: give " + READ + " FILE too");
        }
    }

    private static List<String> devices(BackendOptions options) throws BackendException {
        String text = options.text(INTERFACE).orElse("");
        List<String> names = List.of(text.split(",", -1));
        if (names.contains("") || names.stream().distinct().count() < names.size()) {
            throw usage(INTERFACE + " '" + text + "': must be device names with a comma between, each once");
        }
        return names;
    }

    private static int snaplen(BackendOptions options, int vxlanPort) throws BackendException {
        int bytes = options.number(SNAPLEN, SNAPLEN_MIN_BYTES, SNAPLEN_MAX_BYTES);
        boolean room = vxlanPort == 0 || options.isGiven(SNAPLEN);
        return room ? bytes : bytes + VXLAN_OVERHEAD_BYTES;
    }

    private static int bufferBytes(BackendOptions options) throws BackendException {
        String text = options.text(PCAP_BUFFER).orElse("");
        long bytes = parsedSize(text.toUpperCase(Locale.ROOT)).orElse(-1L);
        if (bytes < BUFFER_MIN_BYTES || bytes > BUFFER_MAX_BYTES) {
            throw usage(PCAP_BUFFER + " " + text + ": must be a size from 64K to 1024M");
        }
        return (int) bytes;
    }

    private static Optional<Long> parsedSize(String text) {
        if (!text.matches("[0-9]{1,10}[KM]?")) {
            return Optional.empty();
        }
        int shift = text.endsWith("K") ? 10 : text.endsWith("M") ? 20 : 0;
        return Optional.of(Long.parseLong(text.replaceAll("[KM]", "")) << shift);
    }

    /** A size as {@link #PCAP_BUFFER} takes it. */
    static String sizeText(int bytes) {
        if (bytes % (1 << 20) == 0) {
            return (bytes >> 20) + "M";
        }
        return bytes % (1 << 10) == 0 ? (bytes >> 10) + "K" : String.valueOf(bytes);
    }

    private static boolean oneOf(BackendOptions options, String name, String forTrue, String forFalse)
            throws BackendException {
        String value = options.text(name).orElse("");
        if (!value.equals(forTrue) && !value.equals(forFalse)) {
            throw usage(name + " " + value + ": must be " + forTrue + " or " + forFalse);
        }
        return value.equals(forTrue);
    }

    private static BackendException usage(String message) {
        return new BackendException(BackendException.Kind.USAGE, message);
    }
}
