package dev.intercept.pcap;

import dev.intercept.pcap.link.Decapsulation;
import dev.intercept.spi.BackendException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Reads what {@link PcapOptions#DECAPSULATE} says: names of tunnels with a comma between, some with ports. */
final class TunnelOption {

    static final String NAMES = "vxlan[:PORT...], gre, erspan, geneve[:PORT...], ipip, tzsp[:PORT...]";

    /** By default: IANA's for VXLAN and VXLAN-GPE, and the one of Linux before there was one. */
    private static final Map<String, int[]> DEFAULT_PORTS =
            Map.of("vxlan", new int[] {4789, 4790, 8472}, "geneve", new int[] {6081}, "tzsp", new int[] {37008});

    private static final Set<String> WITHOUT_PORTS = Set.of("gre", "erspan", "ipip");

    private final Map<String, int[]> ports = new HashMap<>();
    private final Set<String> names = new HashSet<>();

    private TunnelOption() {}

    /** @throws BackendException of kind USAGE */
    static Decapsulation parse(String text) throws BackendException {
        TunnelOption option = new TunnelOption();
        for (String item : text.split(",", -1)) {
            option.take(item, text);
        }
        return option.result();
    }

    /** Of the older option, which has one port. */
    static Decapsulation vxlan(int port) {
        TunnelOption option = new TunnelOption();
        option.ports.put("vxlan", new int[] {port});
        return option.result();
    }

    private void take(String item, String text) throws BackendException {
        String[] parts = item.split(":", -1);
        boolean takesPorts = DEFAULT_PORTS.containsKey(parts[0]);
        boolean isKnown = takesPorts || WITHOUT_PORTS.contains(parts[0]) && parts.length == 1;
        if (!isKnown || !names.add(parts[0])) {
            throw refused(text, "'" + item + "'");
        }
        if (takesPorts) {
            ports.put(parts[0], parts.length == 1 ? DEFAULT_PORTS.get(parts[0]) : numbers(parts, text));
        }
    }

    private static int[] numbers(String[] parts, String text) throws BackendException {
        int[] numbers = new int[parts.length - 1];
        for (int i = 0; i < numbers.length; i++) {
            String part = parts[i + 1];
            numbers[i] = part.matches("[0-9]{1,5}") ? Integer.parseInt(part) : 0;
            if (numbers[i] < 1 || numbers[i] > 65535) {
                throw refused(text, "the port '" + part + "'");
            }
        }
        return numbers;
    }

    private static BackendException refused(String text, String what) {
        return new BackendException(
                BackendException.Kind.USAGE,
                PcapOptions.DECAPSULATE + " " + text + ": " + what + " is invalid; there are " + NAMES
                        + ", each once, with a comma between");
    }

    private Decapsulation result() {
        return new Decapsulation(
                portsOf("vxlan"),
                portsOf("geneve"),
                portsOf("tzsp"),
                names.contains("gre"),
                names.contains("erspan"),
                names.contains("ipip"));
    }

    private int[] portsOf(String name) {
        return ports.getOrDefault(name, new int[0]);
    }
}
