package dev.intercept.pcap;

import dev.intercept.pcap.file.CaptureFile;
import dev.intercept.pcap.link.Decapsulation;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The options of this backend, as the user gives them and checked. */
final class PcapOptions {

    static final String INTERFACE = "--interface";
    static final String LANES = "--lanes";
    static final String FILTER = "--filter";
    static final String SNAPLEN = "--snaplen";
    static final String PCAP_BUFFER = "--pcap-buffer";
    static final String IMMEDIATE = "--immediate";
    static final String READ = "--read";
    static final String READ_SPEED = "--read-speed";
    static final String READ_NOW = "--read-now";
    static final String LOOP = "--loop";
    static final String DECAPSULATE = "--decapsulate";
    static final String VXLAN = "--vxlan";

    static final List<BackendOption> ALL = List.of(
            new BackendOption(
                    List.of(INTERFACE, "-i"), "DEV[,DEV...]", "any", "devices to capture on, each a lane of its own"),
            new BackendOption(
                    List.of(LANES), "N", "1", "lanes per device, each with a thread; a session stays in its lane"),
            new BackendOption(
                    List.of(FILTER, "-F"), "FILTER", "", "which packets are responses, in pcap-filter(7) syntax"),
            new BackendOption(
                    List.of(SNAPLEN),
                    "BYTES",
                    "128",
                    "bytes captured of each frame (with --decapsulate 128 more by default)"),
            new BackendOption(
                    List.of(PCAP_BUFFER),
                    "SIZE",
                    "16M",
                    "memory for frames that wait, per device: bytes, or with K or M"),
            new BackendOption(
                    List.of(IMMEDIATE), "on|off", "on", "hand each packet on at once, or in blocks every 10 ms"),
            new BackendOption(
                    List.of(READ),
                    "FILE[,FILE...]",
                    "",
                    "read responses from .pcap or .pcapng files instead, also .gz and .zst; - is standard input"),
            new BackendOption(
                    List.of(READ_SPEED), "full|real", "full", "read a file as fast as it goes, or in its own time"),
            new BackendOption(List.of(READ_NOW), "", "", "read at once, not from the first route of a client on"),
            new BackendOption(List.of(LOOP), "N", "1", "read the files N times; 0 for without end"),
            new BackendOption(
                    List.of(DECAPSULATE),
                    "TUNNEL[,...]",
                    "",
                    "unwrap vxlan, geneve, tzsp, gre, erspan or ipip; ports go behind a colon each"),
            new BackendOption(List.of(VXLAN), "PORT", "", "the same as --decapsulate=vxlan:PORT"));

    private static final int SNAPLEN_MIN_BYTES = 64;
    private static final int SNAPLEN_MAX_BYTES = 65535;

    /** Two VLAN tags, IPv6, UDP, Geneve with options, and another Ethernet header: 140 at most, rarely more than 100. */
    private static final int TUNNEL_BYTES = 128;

    private static final int MAX_LANES = 64;
    private static final int MAX_ROUNDS = 1_000_000_000;

    private static final int BUFFER_MIN_BYTES = 64 << 10;
    static final int BUFFER_MAX_BYTES = 1 << 30;

    private PcapOptions() {}

    /** @throws BackendException of kind USAGE */
    static PcapSettings parse(BackendOptions options) throws BackendException {
        checkReading(options);
        Decapsulation tunnels = tunnels(options);
        List<String> files = files(options);
        return new PcapSettings(
                devices(options),
                options.number(LANES, 1, MAX_LANES),
                options.text(FILTER).orElse(""),
                snaplen(options, tunnels),
                bufferBytes(options),
                oneOf(options, IMMEDIATE, "on", "off"),
                files,
                rounds(options, files),
                oneOf(options, READ_SPEED, "real", "full"),
                options.isSet(READ_NOW),
                tunnels);
    }

    private static Decapsulation tunnels(BackendOptions options) throws BackendException {
        if (options.isGiven(VXLAN) && options.isGiven(DECAPSULATE)) {
            throw usage(VXLAN + " is short for " + DECAPSULATE + "=vxlan:PORT: give one of them");
        }
        if (options.isGiven(VXLAN)) {
            return TunnelOption.vxlan(options.number(VXLAN, 1, 65535));
        }
        return options.isGiven(DECAPSULATE)
                ? TunnelOption.parse(options.text(DECAPSULATE).orElse(""))
                : Decapsulation.NONE;
    }

    /** A comma may also be one in the name of a file that is there. */
    private static List<String> files(BackendOptions options) throws BackendException {
        String text = options.text(READ).orElse("");
        if (text.isEmpty()) {
            return List.of();
        }
        List<String> names = Files.exists(path(text)) ? List.of(text) : List.of(text.split(",", -1));
        for (String name : names) {
            if (name.isEmpty()) {
                throw usage(READ + " '" + text + "': must be names of files with a comma between");
            }
            path(name);
        }
        return names;
    }

    private static Path path(String name) throws BackendException {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw usage(READ + " '" + name + "': cannot be the name of a file here (" + e.getReason() + "); give it as "
                    + CaptureFile.STANDARD_INPUT + ", or set LC_ALL=C.UTF-8");
        }
    }

    private static int rounds(BackendOptions options, List<String> files) throws BackendException {
        int rounds = options.number(LOOP, PcapSettings.FOREVER, MAX_ROUNDS);
        for (String name : files) {
            if (rounds != 1 && PcapSettings.isStream(name)) {
                throw usage(LOOP + " " + rounds + ": " + name + " can be read once only; write it to a file first");
            }
        }
        return rounds;
    }

    private static void checkReading(BackendOptions options) throws BackendException {
        if (options.isGiven(READ) && options.isGiven(INTERFACE)) {
            throw usage(READ + " and " + INTERFACE + " exclude each other: give a file or devices");
        }
        if (options.isGiven(READ) && options.isGiven(LANES)) {
            throw usage(LANES + " is for devices: a file has one lane, so that the order in it is kept");
        }
        for (String name : List.of(READ_SPEED, READ_NOW, LOOP)) {
            if (options.isGiven(name) && !options.isGiven(READ)) {
                throw usage(name + " is for a file: give " + READ + " FILE too");
            }
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

    private static int snaplen(BackendOptions options, Decapsulation tunnels) throws BackendException {
        int bytes = options.number(SNAPLEN, SNAPLEN_MIN_BYTES, SNAPLEN_MAX_BYTES);
        boolean hasRoom = tunnels.isEmpty() || options.isGiven(SNAPLEN);
        return hasRoom ? bytes : bytes + TUNNEL_BYTES;
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
