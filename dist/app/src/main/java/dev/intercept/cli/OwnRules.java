package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.InterceptConfig;
import dev.intercept.StartException;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.diagnosis.rules.AnswerMatch;
import dev.intercept.diagnosis.rules.Firewall;
import dev.intercept.diagnosis.rules.QueueRule;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.CaptureRules;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The firewall rules of {@code --install-rules}: what {@code intercept rules} prints for the same options, inserted once intercept
 * captures, removed after a stop in order. A process that dies leaves them, so that no answer escapes, and the next one finds
 * them.
 */
final class OwnRules {

    private static final Logger LOG = System.getLogger(OwnRules.class.getName());

    private final List<Integer> ports;
    private final InterceptConfig config;
    private final BackendRegistry registry;
    private final Firewall firewall = new Firewall();
    private final List<QueueRule> rules = new ArrayList<>();

    /** @param ports of the test servers; none: no rules */
    OwnRules(List<Integer> ports, InterceptConfig config, BackendRegistry registry) {
        this.ports = ports;
        this.config = config;
        this.registry = registry;
    }

    /** @throws StartException when the backend has no rules, or no tool took them; none of them is left then */
    void install(String backendName) throws StartException {
        for (int port : ports) {
            try {
                QueueRule rule = rule(backendName, port);
                List<String> done = firewall.install(rule);
                rules.add(rule);
                LOG.log(Level.INFO, done.isEmpty() ? "rules for port " + port + " are there already" : inserted(done));
            } catch (IOException e) {
                remove();
                throw RulesCommand.refused(e);
            }
        }
    }

    private static String inserted(List<String> commands) {
        return "rules: " + String.join("; ", commands);
    }

    private QueueRule rule(String backendName, int port) throws StartException {
        CaptureRules needed = needed(backendName)
                .orElseThrow(() -> new StartException(
                        ExitCode.USAGE,
                        "--install-rules: backend " + backendName + " needs no rules here; leave --install-rules out"));
        return QueueRule.of(needed, new AnswerMatch(Optional.empty(), port), RulesCommand.texts(config.passList()));
    }

    private Optional<CaptureRules> needed(String backendName) throws StartException {
        try {
            CaptureBackendProvider provider = registry.find(backendName).orElseThrow();
            return provider.rules(new BackendOptions(provider.options(), config.backendOptions()));
        } catch (BackendException e) {
            throw new StartException(ExitCode.of(e.kind()), e.getMessage(), e);
        }
    }

    /** Of what cannot be removed the log says how to do it. */
    void remove() {
        for (QueueRule rule : rules) {
            try {
                List<String> done = firewall.remove(rule);
                LOG.log(Level.INFO, "rules: " + (done.isEmpty() ? "gone already" : String.join("; ", done)));
            } catch (IOException e) {
                LOG.log(
                        Level.WARNING,
                        "the rules of --install-rules are still there: "
                                + e.getMessage().replaceAll("\\s+", " ")
                                + "; do: intercept rules --remove, with the options of the start");
            }
        }
        rules.clear();
    }
}
