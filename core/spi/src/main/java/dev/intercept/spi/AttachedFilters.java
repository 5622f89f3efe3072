package dev.intercept.spi;

import java.util.List;

/** What a backend attached to the kernel in this network namespace, by whichever process, living or not. */
public interface AttachedFilters {

    /** One line each, as the user should read it; none when nothing is attached. */
    List<String> show() throws BackendException;

    /** Removes all of it and nothing else; one line for each that was there. */
    List<String> remove() throws BackendException;
}
