package dev.intercept.pcap;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Opens the backend as the command does: through its provider, with options by name. */
final class Backends {

    private Backends() {}

    /** @param namesAndValues {@code "--snaplen", "96", ...} */
    static List<CaptureBackend> open(String... namesAndValues) throws BackendException {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            given.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        PcapProvider provider = new PcapProvider();
        return provider.open(new BackendOptions(provider.options(), given));
    }

    static CaptureBackend file(Path file) throws BackendException {
        return open("--read", file.toString()).get(0);
    }

    static CaptureBackend device(String device) throws BackendException {
        return open("--interface", device).get(0);
    }
}
