package dev.intercept.cli;

import dev.intercept.capture.BackendRegistry;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackendProvider;
import java.io.PrintWriter;
import java.util.Optional;

/** What {@code --list-backends} prints: each backend, whether it can be used on this host, and what could not be loaded. */
final class BackendListing {

    private final BackendRegistry registry;

    BackendListing(BackendRegistry registry) {
        this.registry = registry;
    }

    void print(PrintWriter out) {
        String chosen = chosen();
        for (BackendRegistry.Entry entry : registry.entries()) {
            CaptureBackendProvider provider = entry.provider();
            out.printf("%-10s %s%n", provider.name(), provider.description());
            out.printf("%-10s %s; %s%n", "", entry.origin(), state(provider, chosen));
        }
        registry.problems().forEach(problem -> out.println("problem    " + problem));
        out.flush();
    }

    private String chosen() {
        try {
            return registry.choose(Optional.empty()).provider().name();
        } catch (BackendException e) {
            return "";
        }
    }

    private static String state(CaptureBackendProvider provider, String chosen) {
        String unusable = BackendRegistry.unavailabilityCause(provider).orElse("");
        if (!unusable.isEmpty()) {
            return "cannot be used here: " + unusable;
        }
        if (provider.name().equals(chosen)) {
            return "usable; chosen when --backend is not given";
        }
        return provider.priority() > 0 ? "usable" : "usable; only with --backend=" + provider.name();
    }
}
