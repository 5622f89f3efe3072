package dev.intercept.ebpf;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendException.Kind;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import dev.intercept.tc.Device;
import dev.intercept.tc.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the user chose.
 *
 * @param ports source ports of answers
 * @param devices by name; none for every device with an IPv4 address but loopback
 * @param passList destinations whose packets pass
 * @param translation what packets and routes call the same
 * @param stop which answers are stopped
 * @param holdMs how long SYN/ACKs and RSTs of a session without a route are, in milliseconds
 * @param lanes rings, each with a thread
 * @param copyRangeBytes of each answer that are handed up at most
 * @param ringBytes of each ring, a power of two
 * @param gatherUs how long headers may gather in a ring when they come briskly, in microseconds; 0 for not at all
 * @param timesRequests whether the kernel notes when requests come, for the delay of the first byte of their answers
 */
record EbpfSettings(
        List<Integer> ports,
        List<String> devices,
        Direction direction,
        List<Network> passList,
        List<AddressPair> translation,
        Stop stop,
        int holdMs,
        int lanes,
        int copyRangeBytes,
        int ringBytes,
        int gatherUs,
        boolean timesRequests) {

    /** Which answers are stopped. */
    enum Stop {
        ALL,
        REPLAYED
    }

    static final String PORTS = "--target-ports";
    static final String INTERFACE = "--interface";
    static final String DIRECTION = "--direction";
    static final String STOP = "--stop";
    static final String HOLD = "--hold-ms";
    static final String LANES = "--lanes";
    static final String COPY_RANGE = "--copy-range";
    static final String RING = "--ring-bytes";
    static final String GATHER = "--gather-us";

    /** Both headers without options, and with all; a page is enough for any payload that is asked for. */
    private static final int MIN_COPY_BYTES = 40;

    private static final int MAX_COPY_BYTES = 4096;

    /** As long as intercept keeps them for a route that comes late. */
    private static final int MAX_HOLD_MS = 30_000;

    private static final int MAX_LANES = 16;
    private static final int MAX_GATHER_US = 10_000;
    private static final int MIN_RING_BYTES = 1 << 16;
    static final int MAX_RING_BYTES = 1 << 29;

    static final List<BackendOption> OPTIONS = List.of(
            new BackendOption(List.of(PORTS), "PORT[,PORT...]", "", "where the test servers listen; needed"),
            new BackendOption(
                    List.of(INTERFACE, "-i"),
                    "DEV[,DEV...]",
                    "",
                    "devices by which answers leave; all with an IPv4 address but lo when not given"),
            new BackendOption(
                    List.of(DIRECTION),
                    "egress|ingress",
                    "egress",
                    "stop answers as they leave through a device, or as they come in"),
            new BackendOption(
                    List.of(STOP),
                    "all|replayed",
                    "all",
                    "answers of all sessions, or of replayed ones; others then connect after --hold-ms"),
            new BackendOption(
                    List.of(HOLD),
                    "MS",
                    "900",
                    "with --stop=replayed: SYN/ACKs and RSTs of unknown sessions wait so long for a route"),
            new BackendOption(List.of(LANES), "N", "1", "rings, each with a thread; a client stays in its ring"),
            new BackendOption(
                    List.of(COPY_RANGE),
                    "BYTES",
                    "128",
                    "bytes of each packet that are looked at; 120 hold all headers"),
            new BackendOption(
                    List.of(RING), "BYTES", "16777216", "room for headers that wait, a power of two; per lane"),
            new BackendOption(
                    List.of(GATHER),
                    "US",
                    "500",
                    "microseconds that brisk traffic may gather in a ring; 0 for not at all"),
            BackendOption.PASS_LIST,
            BackendOption.TRANSLATION,
            BackendOption.TARGET_FIGURES);

    /** @throws BackendException of kind USAGE */
    static EbpfSettings from(BackendOptions options) throws BackendException {
        return new EbpfSettings(
                ports(options),
                devices(options),
                direction(options),
                passList(options),
                AddressPair.list(options.text(BackendOption.TRANSLATION.name()).orElse("")),
                stop(options),
                options.number(HOLD, 0, MAX_HOLD_MS),
                options.number(LANES, 1, MAX_LANES),
                options.number(COPY_RANGE, MIN_COPY_BYTES, MAX_COPY_BYTES),
                ringBytes(options),
                options.number(GATHER, 0, MAX_GATHER_US),
                options.text(BackendOption.TARGET_FIGURES.name()).orElse("").equals(BackendOption.ON));
    }

    private static List<Integer> ports(BackendOptions options) throws BackendException {
        String text = options.text(PORTS).orElse("");
        if (text.isEmpty()) {
            throw usage(PORTS + " is missing: name the test server's port, " + PORTS + "=8080; answers from it are"
                    + " stopped on this host");
        }
        List<Integer> ports = new ArrayList<>();
        for (String word : text.split(",", -1)) {
            if (!word.matches("\\d{1,5}") || Integer.parseInt(word) < 1 || Integer.parseInt(word) > 65535) {
                throw usage(PORTS + " " + text + ": must be numbers from 1 to 65535 with a comma between");
            }
            ports.add(Integer.valueOf(word));
        }
        return ports;
    }

    private static List<Network> passList(BackendOptions options) throws BackendException {
        List<Network> networks =
                Network.list(options.text(BackendOption.PASS_LIST.name()).orElse(""));
        if (networks.size() > AnswerMaps.MAX_NETWORKS) {
            throw usage(BackendOption.PASS_LIST.name() + ": " + networks.size() + " networks, at most "
                    + AnswerMaps.MAX_NETWORKS + " are possible; name larger ones");
        }
        return networks;
    }

    static List<String> devices(BackendOptions options) throws BackendException {
        String text = options.text(INTERFACE).orElse("");
        if (text.isEmpty()) {
            return List.of();
        }
        List<String> names = List.of(text.split(",", -1));
        if (names.contains("") || names.stream().distinct().count() < names.size()) {
            throw usage(INTERFACE + " '" + text + "': must be device names with a comma between, each once");
        }
        return names;
    }

    private static Direction direction(BackendOptions options) throws BackendException {
        String text = options.text(DIRECTION).orElse("");
        for (Direction direction : Direction.values()) {
            if (direction.toString().equals(text)) {
                return direction;
            }
        }
        throw usage(DIRECTION + " " + text + ": must be egress or ingress");
    }

    private static Stop stop(BackendOptions options) throws BackendException {
        String text = options.text(STOP).orElse("");
        for (Stop stop : Stop.values()) {
            if (stop.name().toLowerCase(Locale.ROOT).equals(text)) {
                return stop;
            }
        }
        throw usage(STOP + " " + text + ": must be all or replayed");
    }

    private static int ringBytes(BackendOptions options) throws BackendException {
        int bytes = options.number(RING, MIN_RING_BYTES, MAX_RING_BYTES);
        if (Integer.bitCount(bytes) != 1) {
            int next = Integer.highestOneBit(bytes) << 1;
            throw usage(RING + " " + bytes + ": must be a power of two, the next one is " + next);
        }
        return bytes;
    }

    private static BackendException usage(String message) {
        return new BackendException(Kind.USAGE, message);
    }

    /** Whether answers are looked for on this device. */
    boolean wants(Device device) {
        return devices.isEmpty()
                ? device.hasAddress() && !device.isLoopback() && device.linkBytes() != Device.UNKNOWN
                : devices.contains(device.name());
    }
}
