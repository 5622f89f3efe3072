package dev.intercept;

import dev.intercept.net.Cidr;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.CaptureBackendProvider;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which options change while this backend is open. */
public record LiveOptions(CaptureBackendProvider backend) {

    /** By longest name. */
    private static final Set<String> OF_INTERCEPT =
            Set.of("--allow", BackendOption.PASS_LIST.name(), BackendOption.TRANSLATION.name());

    /** @param name the option's longest; a backend may have been given one of intercept's own for good */
    public boolean areLive(String name) {
        return backend.liveOptions().contains(name) || OF_INTERCEPT.contains(name) && !isDeclared(name);
    }

    private boolean isDeclared(String name) {
        return backend.options().stream().anyMatch(option -> option.name().equals(name));
    }

    /** Destinations whose packets intercept lets pass: none where the backend does, which hands up what it stopped. */
    List<Cidr> passedHere(InterceptConfig config) {
        return isDeclared(BackendOption.PASS_LIST.name()) ? List.of() : config.passList();
    }

    /** What is in force, but for what the backend takes anew. */
    Map<String, String> merged(Map<String, String> inForce, Map<String, String> wanted) {
        Map<String, String> merged = new HashMap<>(inForce);
        for (String name : backend.liveOptions()) {
            merged.remove(name);
            if (wanted.containsKey(name)) {
                merged.put(name, wanted.get(name));
            }
        }
        return merged;
    }
}
