package dev.intercept.diagnosis.check;

import dev.intercept.InterceptConfig;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.CaptureMode;
import dev.intercept.spi.CaptureRules;
import dev.intercept.spi.CaptureRules.Mechanism;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What intercept is meant to do on this host: how it would be started, and what the user said about the target.
 *
 * @param config as for the start
 * @param registry the backends of this installation
 * @param client a real client's address, to see how its answers would travel
 * @param targetPort where the test server listens
 * @param tcpcopyHost from which copied packets come; empty where no tcpcopy is connected
 */
public record CheckScope(
        InterceptConfig config,
        BackendRegistry registry,
        Optional<String> client,
        OptionalInt targetPort,
        Optional<String> tcpcopyHost) {

    public CheckScope(
            InterceptConfig config, BackendRegistry registry, Optional<String> client, OptionalInt targetPort) {
        this(config, registry, client, targetPort, Optional.empty());
    }

    /** The scope of an intercept that runs, with the backend it has. */
    public static CheckScope ofRunning(
            InterceptConfig config,
            BackendRegistry registry,
            String backendName,
            Optional<String> client,
            OptionalInt targetPort,
            Optional<String> tcpcopyHost) {
        InterceptConfig.Builder running = InterceptConfig.builder()
                .port(config.port())
                .backendName(backendName)
                .backendOptions(config.backendOptions())
                .allow(config.allow())
                .quickackRoutes(config.quickackRoutes());
        return new CheckScope(running.build(), registry, client, targetPort, tcpcopyHost);
    }

    /** The same for another port of the target. */
    CheckScope withTargetPort(OptionalInt port) {
        return new CheckScope(config, registry, client, port, tcpcopyHost);
    }

    /** The backend that a start would take; where none can be used, the one that was named or the last resort. */
    public String backendName() {
        try {
            return registry.choose(config.backendName()).provider().name();
        } catch (BackendException e) {
            return config.backendName().orElseGet(() -> registry.lastResort()
                    .map(CaptureBackendProvider::name)
                    .orElse(""));
        }
    }

    /** Empty where the one that was named is not installed. */
    public Optional<CaptureBackendProvider> provider() {
        return registry.find(backendName());
    }

    public CaptureMode mode() {
        return provider().map(CaptureBackendProvider::mode).orElse(CaptureMode.DECIDES);
    }

    /** The rules that the backend needs with the options given; those for its defaults where a value is invalid. */
    Optional<CaptureRules> rules() {
        return provider().flatMap(provider -> rules(provider, options()));
    }

    private static Optional<CaptureRules> rules(CaptureBackendProvider provider, BackendOptions options) {
        try {
            return provider.rules(options);
        } catch (BackendException e) {
            return rules(provider, BackendOptions.defaults(provider.options()));
        }
    }

    /** How the rules hand answers up; OTHER where there are none. */
    Mechanism mechanism() {
        return rules().map(CaptureRules::mechanism).orElse(Mechanism.OTHER);
    }

    boolean hasOption(String name) {
        return provider().map(CaptureBackendProvider::options).orElse(List.of()).stream()
                .anyMatch(option -> option.name().equals(name));
    }

    /** The values of the backend's options, given or default. */
    BackendOptions options() {
        List<BackendOption> known =
                provider().map(CaptureBackendProvider::options).orElse(List.of());
        Map<String, String> given = new HashMap<>(config.backendOptions());
        given.keySet().retainAll(known.stream().map(BackendOption::name).toList());
        try {
            return new BackendOptions(known, given);
        } catch (BackendException e) {
            throw new AssertionError("only what is known was kept", e);
        }
    }

    /** For a command: the target's port, or the word PORT where the user did not say. */
    String portText() {
        return targetPort.isPresent() ? Integer.toString(targetPort.getAsInt()) : "PORT";
    }
}
