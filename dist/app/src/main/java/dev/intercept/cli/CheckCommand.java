package dev.intercept.cli;

import dev.intercept.capture.BackendRegistry;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.FindingTexts;
import dev.intercept.diagnosis.LocalHost;
import dev.intercept.diagnosis.Severity;
import dev.intercept.diagnosis.check.CheckScope;
import dev.intercept.diagnosis.check.HostCheck;
import dev.intercept.spi.CaptureBackendProvider;
import java.io.PrintWriter;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code intercept check}: looks at the host and says what keeps answers away, with the command that mends it. */
@Command(
        name = "check",
        abbreviateSynopsis = true,
        description = {
            "Looks at this host and prints one line per finding, OK, WARN or FAIL, with the command to mend it. "
                    + "Takes the options of a start, and looks for what they need. Changes nothing."
        },
        footer = {"", "Exit code 0, or 1 with a FAIL."})
final class CheckCommand implements Callable<Integer> {

    /** What the user says about the host's surroundings. */
    static final class Surroundings {
        @Option(
                names = "--client",
                paramLabel = "IP",
                converter = IpAddress.class,
                description = "a real client's address: how would its answers travel?")
        InetAddress client;

        @Option(
                names = "--target-port",
                paramLabel = "PORT",
                converter = WholeNumber.Port.class,
                description = "where the test server listens")
        Integer targetPort;

        @Option(names = "--json", description = "print an array of objects")
        boolean json;
    }

    final Surroundings surroundings = new Surroundings();
    private final InterceptCommand start;
    private final BackendRegistry registry;

    @Spec
    private CommandSpec spec;

    /** @param start whose options say what is to be checked for */
    CheckCommand(InterceptCommand start, BackendRegistry registry) {
        this.start = start;
        this.registry = registry;
    }

    @Override
    public Integer call() {
        start.sessions.refuseContradictions(spec.commandLine());
        List<Finding> findings = HostCheck.look(new LocalHost(), scope()).stream()
                .map(this::withOwnCommand)
                .toList();
        PrintWriter out = spec.commandLine().getOut();
        out.print(surroundings.json ? FindingTexts.json(findings) + "\n" : FindingTexts.lines(findings));
        out.flush();
        return HostCheck.hasFailure(findings) ? 1 : 0;
    }

    /** Where privileges lack, the remedy is the start that was checked for, with the privileges. */
    private Finding withOwnCommand(Finding finding) {
        if (finding.id() != FindingId.PRIVILEGES || finding.severity() == Severity.OK) {
            return finding;
        }
        return PrivilegeAdvice.of(startArguments(), scope().provider().flatMap(CaptureBackendProvider::capability))
                .map(advice -> Finding.fail(finding.id(), finding.fact(), advice.command()))
                .orElse(finding);
    }

    /** The arguments that are not check's own, each option in one word. */
    private List<String> startArguments() {
        List<String> words = new ArrayList<>();
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            boolean isOwn =
                    option.userObject() instanceof Field field && field.getDeclaringClass() == Surroundings.class;
            if (!isOwn && option.originalStringValues().isEmpty()) {
                words.add(option.longestName());
            }
            if (!isOwn) {
                option.originalStringValues().forEach(value -> words.add(option.longestName() + "=" + value));
            }
        }
        return words;
    }

    private CheckScope scope() {
        return new CheckScope(
                start.config(),
                registry,
                Optional.ofNullable(surroundings.client).map(InetAddress::getHostAddress),
                surroundings.targetPort == null ? OptionalInt.empty() : OptionalInt.of(surroundings.targetPort));
    }
}
