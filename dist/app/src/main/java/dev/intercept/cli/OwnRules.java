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
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The firewall rules of {@code --install-rules}: what {@code intercept rules} prints for the same options, inserted once intercept
 * captures, removed after a stop in order that no start follows. A process that dies leaves them, so that no answer escapes, and the next one finds
 * them.
 */
final class OwnRules {

    private static final Logger LOG = System.getLogger(OwnRules.class.getName());

    private final RestartMark mark;
    private final InterceptConfig config;
    private final BackendRegistry registry;
    private final Firewall firewall = new Firewall();

    /** Those in force, by port. */
    private final Map<Integer, QueueRule> rules = new LinkedHashMap<>();

    private List<Integer> ports;
    private List<Cidr> passList;

    /** Null before {@link #install}, with which changes until then are installed, and from {@link #remove} on. */
    private @Nullable String backend;

    /** @param ports of the test servers; none: no rules */
    OwnRules(List<Integer> ports, InterceptConfig config, BackendRegistry registry) {
        this(ports, config, registry, System.getenv());
    }

    OwnRules(List<Integer> ports, InterceptConfig config, BackendRegistry registry, Map<String, String> environment) {
        this.mark = RestartMark.of(environment);
        this.ports = ports;
        this.passList = config.passList();
        this.config = config;
        this.registry = registry;
    }

    /**
     * Before anything is opened, which may have an effect that stays.
     *
     * @throws StartException when the backend that a start would have has no rules
     */
    void refuseWithoutRules() throws StartException {
        if (ports.isEmpty()) {
            return;
        }
        try {
            String name = registry.choose(config.backendName()).provider().name();
            for (int port : ports) {
                rule(name, port);
            }
        } catch (BackendException e) {
            throw new StartException(ExitCode.of(e.kind()), e.getMessage(), e);
        }
    }

    /** @throws StartException when the backend has no rules, or no tool took them; none of them is left then */
    synchronized void install(String backendName) throws StartException {
        backend = backendName;
        for (int port : ports) {
            try {
                QueueRule rule = rule(backendName, port);
                List<String> done = firewall.install(rule);
                rules.put(port, rule);
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

    /**
     * Puts the rules for other ports or another pass list in the place of those that are there, in an order that lets no answer escape
     * whose port stays.
     *
     * @throws StartException when the firewall refuses it; what was there is there still, perhaps with rules that are new
     */
    synchronized void adopt(List<Integer> wanted, List<Cidr> passed) throws StartException {
        ports = wanted;
        passList = passed;
        if (backend == null) {
            return;
        }
        try {
            for (int port : wanted) {
                put(port, rule(backend, port));
            }
            for (Map.Entry<Integer, QueueRule> each : List.copyOf(rules.entrySet())) {
                if (!wanted.contains(each.getKey())) {
                    log(firewall.remove(each.getValue()));
                    rules.remove(each.getKey());
                }
            }
        } catch (IOException e) {
            throw RulesCommand.refused(e);
        }
    }

    private void put(int port, QueueRule after) throws IOException {
        log(firewall.install(after));
        QueueRule before = rules.put(port, after);
        if (before != null) {
            log(firewall.remove(before.without(after)));
        }
    }

    private static void log(List<String> done) {
        done.forEach(command -> LOG.log(Level.INFO, "rules: " + command));
    }

    /** Of the test servers. */
    synchronized List<Integer> ports() {
        return ports;
    }

    private QueueRule rule(String backendName, int port) throws StartException {
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
    synchronized void remove() {
        backend = null;
        if (mark.take() && !rules.isEmpty()) {
            LOG.log(Level.INFO, "rules: left in force for the start that follows");
            return;
        }
        for (QueueRule rule : rules.values()) {
            try {
                List<String> done = firewall.remove(rule);
                LOG.log(Level.INFO, "rules: " + (done.isEmpty() ? "gone already" : String.join("; ", done)));
            } catch (IOException e) {
                LOG.log(
                        Level.WARNING,
                        "the rules of --install-rules are still there: "
                                + String.valueOf(e.getMessage()).replaceAll("\\s+", " ")
                                + "; do: intercept rules --remove, with the options of the start");
            }
        }
        rules.clear();
    }
}
