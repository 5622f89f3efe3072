package dev.intercept.cli;

import dev.intercept.spi.IoFailure;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Says to the process of a service that a start follows its stop: made in the service's directory by the unit before it stops it for a
 * restart. A directory, as making one follows nobody's link.
 */
record RestartMark(Optional<Path> place) {

    private static final Logger LOG = System.getLogger(RestartMark.class.getName());

    private static final String NAME = "restarting";

    static RestartMark of(Map<String, String> environment) {
        return new RestartMark(
                Optional.ofNullable(environment.get("RUNTIME_DIRECTORY")).map(name -> Path.of(name, NAME)));
    }

    boolean isThere() {
        return place.filter(Files::isDirectory).isPresent();
    }

    /** Whether there was one; it is for one stop only. */
    boolean take() {
        try {
            return place.isPresent() && Files.deleteIfExists(place.get());
        } catch (IOException e) {
            LOG.log(Level.WARNING, place.get() + " cannot be removed: " + IoFailure.reason(e));
            return true;
        }
    }
}
