package dev.intercept;

import dev.intercept.spi.Capability;
import java.util.Optional;

/** Something to be done in the middle of a start. */
@FunctionalInterface
public interface StartStep {

    /**
     * @param needed by the backend from now on too
     * @throws StartException to end the start; what was opened is closed again
     */
    void run(Optional<Capability> needed) throws StartException;
}
