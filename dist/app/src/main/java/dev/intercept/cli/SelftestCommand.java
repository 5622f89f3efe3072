package dev.intercept.cli;

import dev.intercept.capture.BackendRegistry;
import dev.intercept.diagnosis.LocalHost;
import dev.intercept.selftest.SelftestOptions;
import dev.intercept.selftest.SelftestProcess;
import dev.intercept.tcpcopy.Generation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code intercept selftest}. Runs twice: the outer process starts the inner one in a private network namespace. */
@Command(
        name = "selftest",
        showEndOfOptionsDelimiterInUsageHelp = true,
        header = "Proves on this machine that answers reach tcpcopy and nobody else",
        description = {
            "In a private network namespace, where nothing of this host is touched (but see --inside), it starts a real HTTP server,"
                    + " inserts the rule, starts this intercept and plays a small tcpcopy. It passes when every request"
                    + " was served and no answer escaped.",
            "",
            "Needs root, or user namespaces for ordinary users; the commands unshare, ip and, for a backend that rules feed,"
                    + " iptables."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every request was served and nothing escaped",
            "1:a step failed; the last lines say which, and what to do",
            "64 and more:as intercept's own, where it or its surroundings refused",
        })
final class SelftestCommand implements Callable<Integer> {

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "backend to test, see --list-backends (default: intercept's own choice)")
    @Nullable
    String backend;

    @Option(
            names = "--requests",
            paramLabel = "N",
            converter = Requests.class,
            defaultValue = "200",
            description = "HTTP requests to be served (default: ${DEFAULT-VALUE})")
    int requests;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            converter = Connections.class,
            defaultValue = "50",
            description = "connections open at the same time (default: ${DEFAULT-VALUE})")
    int concurrency;

    @Option(
            names = "--tunnels",
            paramLabel = "N",
            converter = TunnelCount.class,
            defaultValue = "2",
            description = "connections of the small tcpcopy to intercept (default: ${DEFAULT-VALUE})")
    int tunnels;

    @Option(
            names = "--generation",
            paramLabel = "VERSION",
            converter = ForClients.GenerationName.class,
            defaultValue = "1.x",
            description = "which tcpcopy to play: 0.6, 0.7, 0.8, 0.9, 3, 4, 5 or 1.x (default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init") // It has a default.
    Generation generation;

    @Option(
            names = "--response-bytes",
            paramLabel = "N",
            converter = BodyBytes.class,
            description = "body of every answer (default: a mix from 1 byte to 64 KB)")
    @Nullable
    Integer responseBytes;

    @Option(
            names = "--deadline-s",
            paramLabel = "SEC",
            converter = Deadline.class,
            defaultValue = "60",
            description = "longest duration of the whole test in seconds (default: ${DEFAULT-VALUE})")
    int deadlineS;

    @Parameters(paramLabel = "OPTION", arity = "0..*", description = "further options for the intercept under test")
    List<String> interceptOptions = new ArrayList<>();

    @Option(
            names = "--inside",
            description =
                    "test in this network namespace, where kernels before 3.8 hand packets up, in place of a private one; "
                            + "what that changes is said first and changed back at the end (default: where the kernel needs it)")
    boolean isHere;

    @Option(names = SelftestProcess.INSIDE, hidden = true, description = "this process is in the private namespace")
    boolean isInside;

    @Mixin
    private final HelpOption help = new HelpOption();

    private final BackendRegistry registry;

    @Spec
    private CommandSpec spec;

    SelftestCommand(BackendRegistry registry) {
        this.registry = registry;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        String release = new LocalHost().read("/proc/sys/kernel/osrelease").orElse("");
        SelftestProcess process =
                new SelftestProcess(Main.class, spec.commandLine().getOut(), release);
        if (isInside) {
            return process.runInside(options(), registry);
        }
        Optional<String> need =
                isHere ? Optional.of("--inside was asked for") : process.needOfThisHost(options(), registry);
        if (need.isPresent()) {
            return process.runHere(options(), registry, need.get());
        }
        List<String> arguments =
                new ArrayList<>(spec.commandLine().getParent().getParseResult().expandedArgs());
        arguments.add(arguments.indexOf(spec.name()) + 1, SelftestProcess.INSIDE);
        return process.runOutside(options(), arguments);
    }

    SelftestOptions options() {
        return new SelftestOptions(
                Optional.ofNullable(backend),
                requests,
                concurrency,
                tunnels,
                generation,
                responseBytes == null ? OptionalInt.empty() : OptionalInt.of(responseBytes),
                deadlineS,
                interceptOptions);
    }

    static final class Requests extends WholeNumber {
        Requests() {
            super("a number", 1, 1_000_000);
        }
    }

    static final class Connections extends WholeNumber {
        Connections() {
            super("a number", 1, 1000);
        }
    }

    static final class TunnelCount extends WholeNumber {
        TunnelCount() {
            super("a number", 1, 64);
        }
    }

    static final class BodyBytes extends WholeNumber {
        BodyBytes() {
            super("a number of bytes", 0, 64 << 20);
        }
    }

    static final class Deadline extends WholeNumber {
        Deadline() {
            super("a number of seconds", 1, 3600);
        }
    }
}
