package dev.intercept.kit;

import dev.intercept.spi.BackendOption;
import dev.intercept.spi.CaptureBackendProvider;
import java.util.List;
import java.util.Optional;

/** A backend of a test: available, without options, and of the interface's version, as far as its test says nothing else. */
public interface TestProvider extends CaptureBackendProvider {

    @Override
    default String description() {
        return "backend of a test";
    }

    @Override
    default int priority() {
        return 1;
    }

    @Override
    default int spiVersion() {
        return SPI_VERSION;
    }

    @Override
    default Optional<String> unavailabilityCause() {
        return Optional.empty();
    }

    @Override
    default List<BackendOption> options() {
        return List.of();
    }
}
