package dev.intercept.selftest;

import dev.intercept.capture.BackendRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The two processes of a selftest: the one that the user started, and the same program inside the private namespace. */
public final class SelftestProcess {

    /** The option that says what the second process is. */
    public static final String INSIDE = "--in-private-network";

    /** Exit code of a test that ran and failed. */
    static final int FAILED = 1;

    /** What the outer process gives the inner one beyond the test's own deadline. */
    private static final int GRACE_S = 20;

    private final ThisProgram program;
    private final PrintWriter out;
    private final String kernelRelease;

    /**
     * @param mainClass of the program, which is started again
     * @param out for everything that the user reads
     * @param kernelRelease as {@code uname -r} prints it
     */
    public SelftestProcess(Class<?> mainClass, PrintWriter out, String kernelRelease) {
        program = new ThisProgram(mainClass);
        this.out = out;
        this.kernelRelease = kernelRelease;
    }

    /** Why this kernel can test the backend in the first network namespace only; empty where a private one does. */
    public Optional<String> needOfThisHost(SelftestOptions options, BackendRegistry registry) {
        try {
            TestedBackend backend = TestedBackend.of(options, registry);
            return KernelNamespaces.needFirst(kernelRelease, backend.captureRules())
                    ? Optional.of("Linux " + kernelRelease + " hands packets to " + backend.name()
                            + " in the first network namespace only")
                    : Optional.empty();
        } catch (SelftestException e) {
            return Optional.empty(); // The test itself says it.
        }
    }

    /**
     * Runs the test in the network namespace of this process, changes back what it changed, and returns the exit code.
     *
     * @param reason for it
     */
    public int runHere(SelftestOptions options, BackendRegistry registry, String reason) throws InterruptedException {
        try {
            TestedBackend backend = TestedBackend.of(options, registry);
            out.println("intercept selftest: " + reason + ", so the test runs on this host itself: it "
                    + PrivateNetwork.description());
            out.flush();
            try (HostChanges changes = HostChanges.onThisHost()) {
                return run(options, backend, changes);
            }
        } catch (SelftestException e) {
            return failed(e);
        }
    }

    /**
     * Finds a private namespace, runs this program in it, and returns its exit code.
     *
     * @param arguments that make this program call {@link #runInside} with the same options
     */
    public int runOutside(SelftestOptions options, List<String> arguments) throws IOException, InterruptedException {
        try {
            PrivateNamespace namespace = PrivateNamespace.find();
            out.println("intercept selftest: " + Units.count(options.requests(), "request") + ", "
                    + options.backend().map(name -> "backend " + name).orElse("intercept's own choice of backend")
                    + ", in a private network (" + namespace.words() + ")");
            out.flush();
            int limitS = options.deadlineS() + GRACE_S;
            return namespace
                    .run(program.command(arguments), limitS)
                    .orElseThrow(() -> new SelftestException(
                            Step.VERDICT,
                            "the test did not end by itself within " + limitS + " s and was killed",
                            "please report this with the lines above"));
        } catch (SelftestException e) {
            return failed(e);
        }
    }

    /** Runs the test in the network namespace of this process, which must be a private one; returns the exit code. */
    public int runInside(SelftestOptions options, BackendRegistry registry) throws InterruptedException {
        // Nobody is left to read the outcome when the outer process is gone.
        ProcessHandle.current().parent().ifPresent(outer -> outer.onExit().thenRun(() -> System.exit(FAILED)));
        try {
            return run(options, TestedBackend.of(options, registry), HostChanges.inPrivate());
        } catch (SelftestException e) {
            return failed(e);
        }
    }

    private int run(SelftestOptions options, TestedBackend backend, HostChanges changes) throws InterruptedException {
        Progress progress = new Progress(out, isTerminal(), options.requests());
        return new Selftest(options, backend, program, progress, new Report(out), changes).run();
    }

    private int failed(SelftestException e) {
        new Report(out).failed(e);
        return e.exitCode();
    }

    private static boolean isTerminal() {
        try {
            String out = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            return out.startsWith("/dev/pts/") || out.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }
}
