package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.diagnosis.FindingTexts;
import dev.intercept.diagnosis.LocalHost;
import dev.intercept.diagnosis.check.CheckScope;
import dev.intercept.diagnosis.check.HostCheck;
import dev.intercept.monitor.BugReport;
import dev.intercept.monitor.RuntimeDirectory;
import dev.intercept.monitor.StatusSocket;
import dev.intercept.monitor.StatusText;
import dev.intercept.spi.Host;
import dev.intercept.spi.IoFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code intercept report}: one archive with what a bug report needs. */
@Command(
        name = "report",
        abbreviateSynopsis = true,
        description = {
            "Writes one archive with what a bug report needs: versions, options, check, the status of intercepts that run, "
                    + "rules, routes, counters and the end of the log that -l names. Look through it before you send it."
        })
final class ReportCommand implements Callable<Integer> {

    /** What becomes of the report. */
    static final class Writing {
        @Option(
                names = {"-o", "--output"},
                paramLabel = "FILE",
                converter = FileName.class,
                defaultValue = "intercept-report.zip",
                description = "the archive, which must not exist (default: ${DEFAULT-VALUE})")
        @SuppressWarnings("NullAway.Init") // It has a default.
        Path output;

        @Option(names = "--redact", description = "replace addresses by names, the same one by the same name")
        boolean redact;
    }

    final Writing writing = new Writing();
    final TargetOptions target = new TargetOptions();
    private final InterceptCommand start;
    private final BackendRegistry registry;
    private final Host host = new LocalHost();

    @Spec
    private CommandSpec spec;

    /** @param start whose options the report has */
    ReportCommand(InterceptCommand start, BackendRegistry registry) {
        this.start = start;
        this.registry = registry;
    }

    @Override
    public Integer call() throws StartException {
        start.refuseContradictions(spec.commandLine());
        refuseExistingFile();
        BugReport report = new BugReport();
        report.add("version.txt", String.join("\n", new VersionText().getVersion()));
        report.add("options.txt", start.config().toString());
        StringWriter backends = new StringWriter();
        new BackendListing(registry).print(new PrintWriter(backends));
        report.add("backends.txt", backends.toString());
        CheckScope scope = new CheckScope(start.config(), registry, target.clientText(), target.port());
        report.add("check.txt", FindingTexts.summary(HostCheck.look(host, scope), true));
        RuntimeDirectory.ofThisUser().living().forEach(socket -> addRunning(report, socket));
        report.addHost(host);
        if (start.run.log != null) {
            report.addLog(host, start.run.log);
        }
        write(report);
        return ExitCode.OK.code();
    }

    private void addRunning(BugReport report, Path socket) {
        String pid = socket.getFileName().toString().replace(".sock", "");
        report.add(
                "running/" + pid + "/command.txt",
                host.read("/proc/" + pid + "/cmdline").orElse("").replace('\0', ' '));
        try {
            String status = StatusSocket.ask(socket);
            report.add("running/" + pid + "/status.json", status);
            report.add("running/" + pid + "/status.txt", new StatusText(status).details());
        } catch (IOException e) {
            report.add("running/" + pid + "/status.txt", "no answer: " + IoFailure.reason(e));
        }
    }

    /** Before all the work is done. */
    private void refuseExistingFile() throws StartException {
        if (Files.exists(writing.output, LinkOption.NOFOLLOW_LINKS)) {
            throw unwritable(new FileAlreadyExistsException(writing.output.toString()));
        }
    }

    private StartException unwritable(IOException e) {
        return new StartException(
                ExitCode.CANNOT_CREATE,
                "cannot write the report " + writing.output + ": " + IoFailure.reason(e) + "; name a new file with -o",
                e);
    }

    private void write(BugReport report) throws StartException {
        try {
            report.write(writing.output, writing.redact);
        } catch (IOException e) {
            throw unwritable(e);
        }
        spec.commandLine().getOut().println("wrote " + writing.output + "; look through it before you send it");
        spec.commandLine().getOut().flush();
    }
}
