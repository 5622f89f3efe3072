package dev.intercept;

import dev.intercept.spi.BackendOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How many bytes of each packet a backend must copy: both headers, and for payload builds the payload they are sent. */
final class CopyRange {

    /** What a backend calls it: the queues' copy range, pcap's snap length. */
    private static final List<String> NAMES = List.of("--copy-range", "--snaplen");

    /** Link header and VLAN tags (pcap only), IP and TCP header of 60 bytes each, 128 bytes of payload. */
    private static final String WITH_PAYLOAD_BYTES = "320";

    private CopyRange() {}

    /**
     * The backend options that the user gave, and with {@code --payload} a copy range that has room for it, unless the user
     * chose one.
     */
    static Map<String, String> withRoomForPayload(InterceptConfig config, List<BackendOption> understood) {
        if (!config.protocol().anyPayload()) {
            return config.backendOptions();
        }
        Map<String, String> options = new HashMap<>(config.backendOptions());
        for (BackendOption option : understood) {
            if (NAMES.contains(option.name())) {
                options.putIfAbsent(option.name(), WITH_PAYLOAD_BYTES);
            }
        }
        return options;
    }
}
