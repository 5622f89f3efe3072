package dev.intercept.cli;

import dev.intercept.kit.TestProvider;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import java.util.List;
import java.util.Optional;

/** A backend with the options that a test needs; it is never chosen silently and never opens. */
public class TestBackend implements TestProvider {

    private final String name;
    private final List<BackendOption> options;

    TestBackend(String name, BackendOption... options) {
        this.name = name;
        this.options = List.of(options);
    }

    /** Found on the tests' class path: {@code upper} with the option {@code --upper-lane}. */
    public static final class Upper extends TestBackend {
        public Upper() {
            super("upper", new BackendOption(List.of("--upper-lane"), "N", "0", "a lane"));
        }
    }

    /** Found on the tests' class path: {@code lower}, which says why it cannot be used. */
    public static final class Lower extends TestBackend {
        public Lower() {
            super("lower", new BackendOption(List.of("--lower-lane"), "N", "0", "a lane"));
        }

        @Override
        public Optional<String> unavailabilityCause() {
            return Optional.of("there is no lower deck; take the upper one");
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<BackendOption> options() {
        return options;
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public List<CaptureBackend> open(BackendOptions values) throws BackendException {
        throw new BackendException(BackendException.Kind.UNAVAILABLE, name + " never opens; take another backend");
    }
}
