package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.diagnosis.rules.AnswerMatch;
import dev.intercept.diagnosis.rules.Firewall;
import dev.intercept.diagnosis.rules.FirewallException;
import dev.intercept.diagnosis.rules.QueueRule;
import dev.intercept.net.Cidr;
import dev.intercept.spi.AttachedFilters;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.CaptureMode;
import dev.intercept.spi.CaptureRules;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code intercept rules}: the firewall rules that bring a target's answers to a backend, printed, inserted or removed. */
@Command(
        name = "rules",
        description = {
            "Prints the firewall rules that bring the target's answers to a backend, or inserts or removes them, in this "
                    + "network namespace. Takes the options of a start that the rules depend on. Of a backend that attaches "
                    + "filters itself it shows or removes these, also those that a process that is gone left."
        },
        footer = {
            "",
            "Only printing needs no root. Rules are not kept over a restart of the host; a service with --install-rules inserts "
                    + "them at each start."
        })
final class RulesCommand implements Callable<Integer> {

    /** What is to be done with the rules, unless they are printed. */
    static final class Action {
        @Option(
                names = "--install",
                required = true,
                description = "insert them before all other rules of OUTPUT, unless they are there")
        boolean install;

        @Option(
                names = "--remove",
                required = true,
                description = "remove what --install with the same options inserted")
        boolean remove;
    }

    @ArgGroup
    Action action = new Action();

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "which backend is to be fed, see --list-backends (default: intercept's own choice)")
    @Nullable
    String backend;

    @Option(
            names = "--tool",
            paramLabel = "NAME",
            converter = ToolName.class,
            description =
                    "iptables, iptables-legacy, iptables-nft, or nft with a table of its own (default: the first of them "
                            + "that this host has and that takes the rules)")
    @Nullable
    String tool;

    @Option(
            names = "--target-port",
            paramLabel = "PORT",
            converter = WholeNumber.Port.class,
            description = "where the test server listens; needed for rules of the firewall")
    @Nullable
    Integer targetPort;

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            hidden = true,
            converter = WholeNumber.Port.class,
            description = "in a start intercept's own port; here the former name of --target-port")
    @Nullable
    Integer formerPort;

    @Option(
            names = {"--target"},
            paramLabel = "IP",
            converter = Networks.Ipv4Only.class,
            description = "the test server's own address (default: all of this host)")
    Networks target = new Networks();

    @Option(
            names = {"-x", "--passlist"},
            paramLabel = "IP[,IP...]",
            converter = Networks.Ipv4Only.class,
            description = "destinations whose packets pass, also while intercept does not run; networks as CIDR")
    Networks passList = new Networks();

    @Mixin
    private final HelpOption help = new HelpOption();

    final BackendOptionGroups backendOptions;

    private final BackendRegistry registry;

    @Spec
    private CommandSpec spec;

    RulesCommand(BackendRegistry registry) {
        this.registry = registry;
        backendOptions = new BackendOptionGroups(providers(registry).toList(), option -> providers(registry)
                .anyMatch(provider -> provider.ruleOptions().contains(option)));
    }

    private static Stream<CaptureBackendProvider> providers(BackendRegistry registry) {
        return registry.entries().stream().map(BackendRegistry.Entry::provider);
    }

    @Override
    public Integer call() throws StartException {
        Repetitions.settle(spec.commandLine()).forEach(this::say);
        CaptureBackendProvider provider = provider();
        backendOptions.refuseOthersThan(provider.name(), spec.commandLine());
        Optional<AttachedFilters> attached = attached(provider);
        if (attached.isPresent()) {
            return actOn(attached.get(), provider.name());
        }
        int port = port();
        Optional<CaptureRules> needed = needed(provider);
        if (needed.isEmpty() && provider.mode() == CaptureMode.OBSERVES) {
            say("backend " + provider.name()
                    + " needs no rule here: route the target's answers to this host, and set ip_forward=0");
            return ExitCode.OK.code();
        }
        try {
            act(QueueRule.of(
                    needed.orElseThrow(() -> ruleless(provider.name())),
                    new AnswerMatch(address(), port),
                    texts(passList.list())));
            warnOfDroppedAnswers(port);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        } catch (IOException e) {
            throw refused(e);
        }
        return ExitCode.OK.code();
    }

    /** Rules may be made where the backend itself cannot be used. */
    private CaptureBackendProvider provider() throws StartException {
        try {
            Optional<CaptureBackendProvider> named =
                    Optional.ofNullable(backend).flatMap(registry::find);
            return named.isPresent()
                    ? named.get()
                    : registry.choose(Optional.ofNullable(backend)).provider();
        } catch (BackendException e) {
            if (e.kind() == BackendException.Kind.USAGE) {
                throw new ParameterException(spec.commandLine(), e.getMessage());
            }
            throw new StartException(ExitCode.UNAVAILABLE, e.getMessage(), e);
        }
    }

    private Optional<CaptureRules> needed(CaptureBackendProvider provider) {
        try {
            return provider.rules(new BackendOptions(provider.options(), backendOptions.given()));
        } catch (BackendException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private Optional<AttachedFilters> attached(CaptureBackendProvider provider) {
        try {
            return provider.attachedFilters(new BackendOptions(provider.options(), backendOptions.given()));
        } catch (BackendException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    /** For a backend that attaches its filters itself as it starts, and leaves them there. */
    private int actOn(AttachedFilters attached, String name) throws StartException {
        try {
            List<String> lines = action.remove ? attached.remove() : attached.show();
            lines.forEach(this::print);
            if (action.remove) {
                say(
                        lines.isEmpty()
                                ? "backend " + name + " has nothing attached here, nothing was changed"
                                : "removed");
            } else if (lines.isEmpty()) {
                say("backend " + name
                        + " has nothing attached here; it attaches its filters itself when intercept starts");
            } else {
                say("while these filters are there, the answers that they are for are stopped, whether or not intercept"
                        + " listens; remove them with --remove");
            }
            return ExitCode.OK.code();
        } catch (BackendException e) {
            throw new StartException(ExitCode.of(e.kind()), "backend " + name + ": " + e.getMessage(), e);
        }
    }

    private static IllegalArgumentException ruleless(String name) {
        return new IllegalArgumentException(
                "--backend=" + name + ": this backend brings no rules; its own documentation says what feeds it");
    }

    private Optional<String> address() {
        List<String> addresses = texts(target.list());
        if (addresses.size() > 1) {
            throw new IllegalArgumentException(
                    "--target " + String.join(",", addresses) + ": must be one address or network");
        }
        return addresses.stream().findFirst();
    }

    /** As iptables writes them: a single address without its /32. */
    static List<String> texts(List<Cidr> networks) {
        return networks.stream()
                .map(Cidr::toString)
                .map(text -> text.replaceFirst("/32$", ""))
                .toList();
    }

    private void act(QueueRule rule) throws IOException {
        Firewall firewall = Firewall.with(Optional.ofNullable(tool));
        if (action.remove) {
            List<String> done = firewall.remove(rule);
            done.forEach(this::print);
            say(done.isEmpty() ? "none of these rules is in force, nothing was changed" : "removed");
            return;
        }
        if (action.install) {
            List<String> done = firewall.install(rule);
            done.forEach(this::print);
            say(done.isEmpty() ? "these rules are in force already, nothing was changed" : "inserted");
        } else {
            firewall.commands(rule).forEach(this::print);
        }
    }

    private void warnOfDroppedAnswers(int port) {
        if (!action.remove) {
            say("while these rules are there and intercept does not listen, every answer from port " + port
                    + " is dropped; remove them with --remove in place of --install");
        }
    }

    private int port() {
        if (targetPort != null) {
            return targetPort;
        }
        if (formerPort == null) {
            throw new ParameterException(
                    spec.commandLine(), "--target-port is missing: say where the test server listens");
        }
        say("--port is intercept's own port in a start, in check and in report: say --target-port=" + formerPort
                + " here");
        return formerPort;
    }

    private void print(String command) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(command);
        out.flush();
    }

    /** Beside the commands, which may go into a file or a shell. */
    private void say(String sentence) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("intercept: " + sentence);
        err.flush();
    }

    static StartException refused(IOException e) {
        if (!(e instanceof FirewallException refused)) {
            return new StartException(
                    ExitCode.OS_REFUSED,
                    "the rules were not changed completely: "
                            + String.valueOf(e.getMessage()).replaceAll("\\s+", " "),
                    e);
        }
        if (refused.isForWantOfTools()) {
            return new StartException(
                    ExitCode.UNAVAILABLE,
                    "there is none of " + String.join(", ", Firewall.TOOLS)
                            + ": apt-get install iptables  # or nftables",
                    e);
        }
        return refused.isForPrivilege()
                ? new StartException(ExitCode.NO_PERMISSION, "rules need root: run it as root, or with sudo", e)
                : new StartException(ExitCode.OS_REFUSED, "no firewall tool took the rules: " + refused.line(), e);
    }

    static final class ToolName implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            if (!Firewall.TOOLS.contains(value)) {
                throw new TypeConversionException("'" + value + "' is not one of " + String.join(", ", Firewall.TOOLS));
            }
            return value;
        }
    }
}
