package dev.intercept.selftest;

import dev.intercept.tcpcopy.Generation;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code intercept selftest}: starts itself once more in a private network namespace, and there runs the test. */
@Command(
        name = "selftest",
        header = "Proves on this machine that answers reach tcpcopy and nobody else",
        description = {
            "In a private network namespace, where nothing of this host is touched, it starts a real HTTP server,"
                    + " inserts the rule, starts this intercept and plays a small tcpcopy. It passes when every request"
                    + " was served and no answer escaped.",
            "",
            "Needs root, or user namespaces for ordinary users; the commands unshare, ip and, unless the backend is pcap,"
                    + " iptables."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every request was served and nothing escaped",
            "1:a step failed; the last lines say which, and what to do",
            "64, 69, 77:as intercept's own, where it or its surroundings refused",
        })
public final class SelftestCommand implements Callable<Integer> {

    /** Exit code of a test that ran and failed. */
    static final int FAILED = 1;

    private static final int MAX_REQUESTS = 1_000_000;
    private static final int MAX_BODY_BYTES = 64 << 20;

    /** What the outer process gives the inner one beyond its own deadline. */
    private static final int GRACE_S = 20;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "backend to test: ipqueue, nfqueue, nflog or pcap (default: intercept's own choice)")
    String backend;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "200",
            description = "HTTP requests to be served (default: ${DEFAULT-VALUE})")
    int requests;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "50",
            description = "connections open at the same time (default: ${DEFAULT-VALUE})")
    int concurrency;

    @Option(
            names = "--tunnels",
            paramLabel = "N",
            defaultValue = "2",
            description = "connections of the small tcpcopy to intercept (default: ${DEFAULT-VALUE})")
    int tunnels;

    @Option(
            names = "--generation",
            paramLabel = "GEN",
            defaultValue = "1.x",
            converter = GenerationName.class,
            description = "which tcpcopy to play: 0.6, 0.7, 0.8, 0.9, 3, 4, 5 or 1.x (default: ${DEFAULT-VALUE})")
    Generation generation;

    @Option(
            names = "--response-bytes",
            paramLabel = "N",
            defaultValue = "-1",
            description = "body of every answer (default: a mix from 1 byte to 64 KB)")
    int responseBytes;

    @Option(
            names = "--deadline-s",
            paramLabel = "SEC",
            defaultValue = "60",
            description = "longest duration of the whole test in seconds (default: ${DEFAULT-VALUE})")
    int deadlineS;

    @Parameters(paramLabel = "-- OPTION", arity = "0..*", description = "further options for the intercept under test")
    List<String> interceptOptions = new ArrayList<>();

    @Option(names = INSIDE, hidden = true, description = "this process is in the private namespace")
    boolean isInside;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "print this help and exit")
    boolean help;

    private static final String INSIDE = "--inside";

    private final ThisProgram program;

    @Spec
    private CommandSpec spec;

    /** @param mainClass of the program whose subcommand this is; it is started again twice */
    public SelftestCommand(Class<?> mainClass) {
        program = new ThisProgram(mainClass);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        refuseOutOfRange("--requests", requests, 1, MAX_REQUESTS);
        refuseOutOfRange("--concurrency", concurrency, 1, 1000);
        refuseOutOfRange("--tunnels", tunnels, 1, 64);
        refuseOutOfRange("--response-bytes", responseBytes, ReplayPlan.MIXED_SIZES, MAX_BODY_BYTES);
        refuseOutOfRange("--deadline-s", deadlineS, 1, 3600);
        return isInside ? runInside() : runOutside();
    }

    private void refuseOutOfRange(String option, int value, int min, int max) {
        if (value < min || value > max) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '" + option + "': '" + value + "' is not a number from "
                            + Math.max(0, min) + " to " + max);
        }
    }

    private int runOutside() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        out.println("intercept selftest: " + Units.count(requests, "request") + ", "
                + (backend == null ? "intercept's own choice of backend" : "backend " + backend));
        out.flush();
        try {
            PrivateNamespace namespace = PrivateNamespace.find();
            List<String> arguments = new ArrayList<>(
                    spec.commandLine().getParent().getParseResult().originalArgs());
            arguments.add(arguments.indexOf(spec.name()) + 1, INSIDE);
            return namespace.run(program.command(arguments), deadlineS + GRACE_S);
        } catch (SelftestException e) {
            new Report(out).failed(e);
            return e.exitCode();
        }
    }

    private int runInside() throws InterruptedException {
        // Nobody is left to read the outcome when the outer process is gone.
        ProcessHandle.current().parent().ifPresent(outer -> outer.onExit().thenRun(() -> System.exit(FAILED)));
        PrintWriter out = spec.commandLine().getOut();
        Progress progress = new Progress(out, isTerminal(), requests);
        return new Selftest(options(), program, progress, new Report(out)).run();
    }

    private SelftestOptions options() {
        return new SelftestOptions(
                Optional.ofNullable(backend),
                requests,
                concurrency,
                tunnels,
                generation,
                responseBytes,
                deadlineS,
                interceptOptions);
    }

    private static boolean isTerminal() {
        try {
            Path out = Files.readSymbolicLink(Path.of("/proc/self/fd/1"));
            return out.startsWith("/dev/pts") || out.toString().startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }

    /** Names a generation as {@code intercept --generation} does. */
    static final class GenerationName implements ITypeConverter<Generation> {
        @Override
        public Generation convert(String value) {
            return Generation.named(value)
                    .orElseThrow(() -> new TypeConversionException("'" + value + "' is none of " + Generation.names()));
        }
    }
}
