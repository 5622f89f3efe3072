package dev.intercept.diagnosis.check;

import dev.intercept.InterceptConfig;
import dev.intercept.capture.BackendRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Scopes of a check, for tests. */
final class Scopes {

    private Scopes() {}

    static CheckScope of(String backend) {
        return of(backend, Map.of());
    }

    static CheckScope of(String backend, Map<String, String> backendOptions) {
        return of(InterceptConfig.builder().backendName(backend).backendOptions(backendOptions));
    }

    static CheckScope of(InterceptConfig.Builder config) {
        return new CheckScope(config.build(), BackendRegistry.load(List.of()), Optional.empty(), OptionalInt.empty());
    }

    static CheckScope withClient(String backend, String client) {
        CheckScope scope = of(backend);
        return new CheckScope(scope.config(), scope.registry(), Optional.of(client), OptionalInt.empty());
    }

    static CheckScope withTargetPort(String backend, int port) {
        CheckScope scope = of(backend);
        return new CheckScope(scope.config(), scope.registry(), Optional.empty(), OptionalInt.of(port));
    }
}
