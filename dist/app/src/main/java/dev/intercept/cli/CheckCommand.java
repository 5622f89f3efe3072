package dev.intercept.cli;

import dev.intercept.StartException;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.FindingTexts;
import dev.intercept.diagnosis.LocalHost;
import dev.intercept.diagnosis.Severity;
import dev.intercept.diagnosis.check.CheckScope;
import dev.intercept.diagnosis.check.HostCheck;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.Host;
import java.io.PrintWriter;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
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
            "Looks at this host, tries what a start with the same options would open, and prints one line per finding, FAIL "
                    + "before WARN, with the command to mend it; at the end how many there are. Changes nothing."
        },
        footer = {"", "Exit code 0, or 1 with a FAIL; 64 for options that a start refuses."})
final class CheckCommand implements Callable<Integer> {

    /** What is printed. */
    static final class Printing {
        @Option(
                names = {"-v", "--verbose"},
                description = "print what is well too")
        boolean verbose;

        @Option(names = "--json", description = "print all as an array of objects")
        boolean json;
    }

    final TargetOptions target = new TargetOptions();
    final Printing printing = new Printing();
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
    public Integer call() throws StartException {
        start.refuseContradictions(spec.commandLine());
        Host host = new LocalHost();
        List<Finding> refusals = start.trial().refusals(host);
        List<Finding> seen = HostCheck.look(host, scope()).stream()
                .filter(finding -> !start.run.silenced().contains(finding.id()))
                .map(this::withOwnCommand)
                .toList();
        List<Finding> findings = StartTrial.together(seen, refusals);
        PrintWriter out = spec.commandLine().getOut();
        out.print(
                printing.json ? FindingTexts.json(findings) + "\n" : FindingTexts.summary(findings, printing.verbose));
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
            boolean isOwn = option.userObject() instanceof Field field
                    && (field.getDeclaringClass() == TargetOptions.class
                            || field.getDeclaringClass() == Printing.class);
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
        return new CheckScope(start.config(), registry, target.clientText(), target.port());
    }
}
