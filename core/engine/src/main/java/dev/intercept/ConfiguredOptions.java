package dev.intercept;

import dev.intercept.capture.AddressTranslation;
import dev.intercept.net.Cidr;
import dev.intercept.spi.BackendOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a backend is given: the options that the user chose for it, and what follows for it from intercept's own. */
final class ConfiguredOptions {

    /** What backends call it: the queues' copy range, pcap's snap length. */
    private static final List<String> COPY_RANGES = List.of("--copy-range", "--snaplen");

    /** Link header and VLAN tags (pcap only), IP and TCP header of 60 bytes each, 128 bytes of payload. */
    private static final String WITH_PAYLOAD_BYTES = "320";

    private ConfiguredOptions() {}

    /**
     * The backend options that the user gave; with {@code --payload} a copy range that has room for it, unless the user chose
     * one; and for a backend that asks for them pass list, address translation, and whether figures are wanted.
     */
    static Map<String, String> of(InterceptConfig config, List<BackendOption> understood) {
        Map<String, String> options = new HashMap<>(config.backendOptions());
        for (BackendOption option : understood) {
            if (config.protocol().anyPayload() && COPY_RANGES.contains(option.name())) {
                options.putIfAbsent(option.name(), WITH_PAYLOAD_BYTES);
            }
            if (option.equals(BackendOption.PASS_LIST) && !config.passList().isEmpty()) {
                options.put(option.name(), passList(config));
            }
            if (option.equals(BackendOption.TRANSLATION) && config.addressTranslation() != AddressTranslation.NONE) {
                options.put(option.name(), config.addressTranslation().toString());
            }
            if (option.equals(BackendOption.TARGET_FIGURES) && !config.targetFigures()) {
                options.put(option.name(), BackendOption.OFF);
            }
        }
        return options;
    }

    private static String passList(InterceptConfig config) {
        return config.passList().stream().map(Cidr::toString).collect(Collectors.joining(","));
    }
}
