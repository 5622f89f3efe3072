package dev.intercept.diagnosis.check;

import dev.intercept.InterceptConfig;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.diagnosis.rules.NumberRange;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.CaptureBackendProvider;
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

    /** The backend that a start would take; where none can be used, the one that was named or NFQUEUE. */
    public String backendName() {
        try {
            return registry.choose(config.backendName()).provider().name();
        } catch (BackendException e) {
            return config.backendName().orElse("nfqueue");
        }
    }

    public CaptureMode mode() {
        return CaptureMode.of(backendName());
    }

    /** The value of the chosen backend's option, given or default; empty when that backend has no such option. */
    Optional<String> option(String name) {
        String given = config.backendOptions().get(name);
        if (given != null) {
            return Optional.of(given);
        }
        return registry.entries().stream()
                .map(BackendRegistry.Entry::provider)
                .filter(provider -> provider.name().equals(backendName()))
                .findFirst()
                .flatMap(provider -> defaultOf(provider, name));
    }

    private static Optional<String> defaultOf(CaptureBackendProvider provider, String name) {
        return provider.options().stream()
                .filter(option -> option.name().equals(name))
                .map(BackendOption::defaultValue)
                .filter(value -> !value.isEmpty())
                .findFirst();
    }

    /** The queues or NFLOG groups that intercept would listen on; what is no number counts as 0: the start tells what is wrong. */
    NumberRange queues() {
        String option = mode().numberOption();
        try {
            return NumberRange.parse(option, option(option).orElse("0"));
        } catch (IllegalArgumentException e) {
            return new NumberRange(0, 0);
        }
    }

    /** For a command: the target's port, or the word PORT where the user did not say. */
    String portText() {
        return targetPort.isPresent() ? Integer.toString(targetPort.getAsInt()) : "PORT";
    }
}
