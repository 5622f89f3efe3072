package dev.intercept.selftest;

import dev.intercept.ExitCode;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.diagnosis.rules.AnswerMatch;
import dev.intercept.diagnosis.rules.QueueRule;
import dev.intercept.kit.TestNetwork;
import dev.intercept.spi.AnswerPath;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.CaptureMode;
import dev.intercept.spi.CaptureRules;
import dev.intercept.spi.PacketInjector;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The backend under test, and all that the test does for its sake: options, rules, packets. */
final class TestedBackend {

    private static final AnswerMatch ANSWERS =
            new AnswerMatch(Optional.of(TestNetwork.TARGET), PrivateNetwork.TARGET_PORT);

    private static final AnswerPath PATH =
            new AnswerPath(TestNetwork.TARGET, PrivateNetwork.TARGET_PORT, TestNetwork.WIRE_DEVICE);

    private final CaptureBackendProvider provider;
    private final boolean isNamed;
    private final Map<String, String> given;
    private final Map<String, String> added;

    private TestedBackend(CaptureBackendProvider provider, boolean isNamed, Map<String, String> typed) {
        this.provider = provider;
        this.isNamed = isNamed;
        given = ofThisBackend(typed, provider.options());
        added = provider.optionsFor(PATH);
    }

    /**
     * The backend that the intercept under test will take.
     *
     * @throws SelftestException when there is none, or the one that is named cannot be used here: before anything is changed for it
     */
    static TestedBackend of(SelftestOptions options, BackendRegistry registry) throws SelftestException {
        try {
            return new TestedBackend(
                    registry.choose(options.backend()).provider(),
                    options.backend().isPresent(),
                    options.namedValues());
        } catch (BackendException e) {
            throw new SelftestException(
                    Step.RULE,
                    e.getMessage(),
                    "intercept --list-backends says which can be used here, and why others cannot",
                    ExitCode.of(e.kind()).code(),
                    List.of());
        }
    }

    /** By first names, whichever name was typed. */
    private static Map<String, String> ofThisBackend(Map<String, String> typed, List<BackendOption> options) {
        Map<String, String> values = new HashMap<>();
        for (BackendOption option : options) {
            option.names().stream()
                    .filter(typed::containsKey)
                    .forEach(name -> values.put(option.name(), typed.get(name)));
        }
        return values;
    }

    String name() {
        return provider.name();
    }

    /** Empty where no rule feeds it or an option of theirs cannot be meant. */
    Optional<CaptureRules> captureRules() {
        try {
            return provider.rules(options());
        } catch (BackendException e) {
            return Optional.empty();
        }
    }

    /** Whether a rule or the verdicts stop the answers. */
    boolean stopsAnswers() {
        return provider.mode() != CaptureMode.OBSERVES;
    }

    /** What it needs in order to see the answers of the test, unless the user says otherwise. */
    List<String> arguments() {
        return provider.options().stream()
                .filter(option -> added.containsKey(option.name()) && !given.containsKey(option.name()))
                .flatMap(option -> option.isSwitch()
                        ? Stream.of(option.name())
                        : Stream.of(option.name(), added.get(option.name())))
                .toList();
    }

    /** The same for opening it. */
    private BackendOptions options() throws BackendException {
        Map<String, String> values = new HashMap<>(added);
        values.putAll(given);
        return new BackendOptions(provider.options(), values);
    }

    /**
     * Rules of which any one feeds the backend, the best first.
     *
     * @throws SelftestException when an option of theirs is invalid
     */
    List<QueueRule> rules() throws SelftestException {
        try {
            Optional<CaptureRules> needed = provider.rules(options());
            if (needed.isEmpty()) {
                return List.of(QueueRule.NONE);
            }
            QueueRule own = QueueRule.of(needed.get(), ANSWERS, List.of());
            boolean isFedByManPage = needed.get().mechanism() == CaptureRules.Mechanism.NFQUEUE
                    && needed.get().numbers().equals("0");
            return isNamed || !isFedByManPage ? List.of(own) : List.of(QueueRule.manPage(ANSWERS), own);
        } catch (BackendException e) {
            throw failure(e.getMessage(), "give another value behind --");
        }
    }

    /** @throws SelftestException when neither rules nor devices nor an injector bring it the answers of the test */
    Optional<PacketInjector> injector() throws SelftestException {
        try {
            Optional<PacketInjector> injector = provider.injector(options());
            if (injector.isEmpty() && rules().equals(List.of(QueueRule.NONE)) && added.isEmpty()) {
                throw failure(
                        "backend " + provider.name() + " brings no rules, takes no device and no packets of the test",
                        "its author can change that, see CaptureBackendProvider.rules, optionsFor and injector");
            }
            return injector;
        } catch (BackendException | IOException e) {
            throw failure(String.valueOf(e.getMessage()), "give another value behind --");
        }
    }

    private static SelftestException failure(String what, String nextStep) {
        return new SelftestException(Step.RULE, what, nextStep, ExitCode.USAGE.code(), List.of());
    }
}
