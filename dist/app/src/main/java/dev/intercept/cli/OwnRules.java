package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.InterceptConfig;
import dev.intercept.StartException;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.diagnosis.rules.AnswerMatch;
import dev.intercept.diagnosis.rules.Firewall;
import dev.intercept.diagnosis.rules.QueueRule;
import dev.intercept.net.Cidr;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.CaptureRules;
import dev.intercept.spi.IoFailure;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The firewall rules of {@code --install-rules}: what {@code intercept rules} prints for the same options, inserted once intercept
 * captures, removed after a stop in order that no start follows. A process that dies leaves them, so that no answer escapes, and the next one finds
 * them.
 */
final class OwnRules {

    private static final Logger LOG = System.getLogger(OwnRules.class.getName());

    /** Made in the service's directory by its unit before a restart; a directory, as making one follows nobody's link. */
    private static final String KEEP = "keep-rules";

    private final Optional<Path> mark;
    private final List<Integer> ports;
    private final InterceptConfig config;
    private final BackendRegistry registry;
    private final Firewall firewall = new Firewall();
    private final List<QueueRule> rules = new ArrayList<>();
    private String backend;

    /** @param ports of the test servers; none: no rules */
    OwnRules(List<Integer> ports, InterceptConfig config, BackendRegistry registry) {
        this(ports, config, registry, System.getenv());
    }

    OwnRules(List<Integer> ports, InterceptConfig config, BackendRegistry registry, Map<String, String> environment) {
        this.mark = Optional.ofNullable(environment.get("RUNTIME_DIRECTORY")).map(name -> Path.of(name, KEEP));
        this.ports = ports;
        this.config = config;
        this.registry = registry;
    }

    /** @throws StartException when the backend has no rules, or no tool took them; none of them is left then */
    void install(String backendName) throws StartException {
        backend = backendName;
        for (int port : ports) {
            try {
                QueueRule rule = rule(backendName, port, config.passList());
                List<String> done = firewall.install(rule);
                rules.add(rule);
                LOG.log(Level.INFO, done.isEmpty() ? "rules for port " + port + " are there already" : inserted(done));
            } catch (IOException e) {
                remove();
                throw RulesCommand.refused(e);
            }
        }
    }

    /** Whether there was one; it is for one stop only. */
    private boolean takeMark() {
        try {
            return mark.isPresent() && Files.deleteIfExists(mark.get());
        } catch (IOException e) {
            LOG.log(Level.WARNING, mark.get() + " cannot be removed: " + IoFailure.reason(e));
            return true;
        }
    }

    private static String inserted(List<String> commands) {
        return "rules: " + String.join("; ", commands);
    }

    /**
     * Puts the rules for another pass list in the place of those that are there, in an order that lets no answer escape.
     *
     * @throws StartException when the firewall refuses it; what was there is there still, perhaps with passes that are new
     */
    void adopt(List<Cidr> passList) throws StartException {
        for (int i = 0; i < rules.size(); i++) {
            try {
                QueueRule before = rules.get(i);
                QueueRule after = rule(backend, ports.get(i), passList);
                List<String> done = new ArrayList<>(firewall.install(after));
                rules.set(i, after);
                done.addAll(firewall.remove(before.without(after)));
                done.forEach(command -> LOG.log(Level.INFO, "rules: " + command));
            } catch (IOException e) {
                throw RulesCommand.refused(e);
            }
        }
    }

    private QueueRule rule(String backendName, int port, List<Cidr> passList) throws StartException {
        CaptureRules needed = needed(backendName)
                .orElseThrow(() -> new StartException(
                        ExitCode.USAGE,
                        "--install-rules: backend " + backendName + " needs no rules here; leave --install-rules out"));
        return QueueRule.of(needed, new AnswerMatch(Optional.empty(), port), RulesCommand.texts(passList));
    }

    private Optional<CaptureRules> needed(String backendName) throws StartException {
        try {
            CaptureBackendProvider provider = registry.find(backendName).orElseThrow();
            return provider.rules(new BackendOptions(provider.options(), config.backendOptions()));
        } catch (BackendException e) {
            throw new StartException(ExitCode.of(e.kind()), e.getMessage(), e);
        }
    }

    /** After a stop in order. They stay where the next start is on its way; of what cannot be removed the log says how to do it. */
    void remove() {
        if (!rules.isEmpty() && takeMark()) {
            LOG.log(Level.INFO, "rules: left in force for the start that follows");
            return;
        }
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
