package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import dev.intercept.monitor.StatusSocket;
import dev.intercept.monitor.StatusText;
import dev.intercept.spi.IoFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code intercept status}: what the intercept that runs has done and what is wrong with it. */
@Command(
        name = "status",
        description = "Prints how the intercept that runs is doing, in one line.",
        footer = {"", "Exit code 0, 1 when a finding says FAIL or capture has ended, 69 when none runs."})
final class StatusCommand implements Callable<Integer> {

    @Mixin
    private final RunningOptions running = new RunningOptions();

    @Option(
            names = {"-v", "--verbose"},
            description = "a line for each lane, tunnel, finding and packet stopped of late too")
    private boolean verbose;

    @Option(names = "--json", description = "print all that is known as one object")
    private boolean json;

    @Option(
            names = {"-w", "--watch"},
            paramLabel = "SEC",
            arity = "0..1",
            fallbackValue = "1",
            converter = WholeNumber.Seconds.class,
            description = "again every SEC seconds (1), until interrupted")
    private @Nullable Integer watchS;

    @Option(
            names = "--all",
            paramLabel = "ADDR:PORT[,ADDR:PORT...]",
            arity = "1..*",
            split = ",",
            converter = MetricsAddress.class,
            description =
                    "of several intercepts, where the --metrics of each are: a line each with its share of the answers")
    private List<InetSocketAddress> all = new ArrayList<>();

    @Mixin
    private final HelpOption help = new HelpOption();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws StartException, InterruptedException {
        boolean isHealthy = print();
        while (watchS != null) {
            TimeUnit.SECONDS.sleep(watchS);
            isHealthy = print();
        }
        return isHealthy ? ExitCode.OK.code() : 1;
    }

    private boolean print() throws StartException {
        return all.isEmpty() ? printOne() : printAll();
    }

    private boolean printAll() {
        FleetStatus fleet = FleetStatus.ask(all);
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? fleet.json() : fleet.lines());
        out.flush();
        return fleet.isHealthy();
    }

    private boolean printOne() throws StartException {
        Path socket = running.find();
        String report = ask(socket);
        try {
            StatusText text = new StatusText(report);
            String words = verbose ? text.details() : text.line() + "\n";
            boolean isHealthy = text.isHealthy();
            PrintWriter out = spec.commandLine().getOut();
            out.print(json ? report + "\n" : words);
            out.flush();
            return isHealthy;
        } catch (RuntimeException e) { // No JSON, or another one than an intercept sends.
            throw new StartException(
                    ExitCode.UNAVAILABLE,
                    "what answers at " + socket + " is no intercept of this version; name another socket with --socket",
                    e);
        }
    }

    private static String ask(Path socket) throws StartException {
        try {
            return StatusSocket.ask(socket);
        } catch (IOException e) {
            throw new StartException(
                    ExitCode.UNAVAILABLE,
                    "no intercept answers at " + socket + " (" + IoFailure.reason(e)
                            + "); start it, or name its socket with --socket or its PID file with -P",
                    e);
        }
    }
}
