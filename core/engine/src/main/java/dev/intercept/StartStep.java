package dev.intercept;

/** Something to be done in the middle of a start. */
@FunctionalInterface
public interface StartStep {

    /** @throws StartException to end the start; what was opened is closed again */
    void run() throws StartException;
}
