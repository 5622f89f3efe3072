package dev.intercept.cli;

import dev.intercept.daemon.Detachment;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.logging.LogFormat;
import dev.intercept.logging.LogLevel;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the process runs and where it logs. */
final class RunOptions {

    @Option(
            names = ConfigFile.OPTION,
            paramLabel = "FILE",
            converter = FileName.class,
            description =
                    "read options from FILE, long names, one a line, as 'intercept config --print-default' writes them; "
                            + "those given here come after")
    @Nullable
    Path config;

    @Option(
            names = {"-d", "--daemon"},
            description = "run as daemon: returns once it listens and captures")
    boolean daemon;

    @Option(
            names = {"-l", "--log"},
            paramLabel = "FILE",
            converter = FileName.class,
            description = "log file, reopened at SIGHUP (default: stderr; with -d a file that it names)")
    @Nullable
    Path log;

    @Option(
            names = {"-P", "--pidfile"},
            paramLabel = "FILE",
            converter = FileName.class,
            description = "write the process id to FILE; with -d only")
    @Nullable
    Path pidFile;

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "started by root: once port and backend are open, go on as this user with CAP_NET_ADMIN and "
                    + "CAP_NET_RAW only")
    @Nullable
    String user;

    @Option(
            names = "--nice",
            paramLabel = "N",
            converter = WholeNumber.Niceness.class,
            description = "nice value, -20 to 19, of all threads but the Java runtime's compilers (default: -10 where "
                    + "allowed)")
    @Nullable
    Integer nice;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            converter = OneOf.Level.class,
            defaultValue = "info",
            description = "error, warn, info, debug or trace (default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init") // It has a default.
    LogLevel logLevel;

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            converter = OneOf.Format.class,
            defaultValue = "text",
            description = "text, or json for one object a line (default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init") // It has a default.
    LogFormat logFormat;

    @Option(
            names = "--silence",
            paramLabel = "FINDING",
            split = ",",
            converter = FindingName.class,
            description = "leave these findings, by the names in brackets, out of log, status, metrics and check")
    List<FindingId> silence = new ArrayList<>();

    @Option(
            names = "--stats-interval",
            paramLabel = "SEC",
            converter = WholeNumber.Seconds.class,
            defaultValue = "30",
            description = "seconds between two statistics lines (default: ${DEFAULT-VALUE})")
    int statsIntervalS;

    @Option(
            names = "--target-figures",
            paramLabel = "on|off",
            converter = OneOf.OnOff.class,
            defaultValue = "on",
            description = "look at answers for what they say about the test server (default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init") // It has a default.
    OneOf.Switch targetFigures;

    @Option(
            names = "--metrics",
            paramLabel = "[ADDR:]PORT",
            converter = MetricsAddress.class,
            description = "serve Prometheus metrics and a page on PORT of the loopback address or of ADDR "
                    + "(default: off)")
    @Nullable
    InetSocketAddress metrics;

    @Option(
            names = "--socket",
            paramLabel = "FILE",
            converter = FileName.class,
            description = "where 'intercept status' asks (default: /run/intercept/PID.sock, with --user NAME"
                    + " /run/intercept/NAME/PID.sock; below XDG_RUNTIME_DIR for who is not root)")
    @Nullable
    Path socket;

    @Option(
            names = "--duration",
            paramLabel = "SEC",
            converter = WholeNumber.Seconds.class,
            description = "end after SEC seconds (default: at SIGTERM)")
    @Nullable
    Integer durationS;

    @Option(
            names = "--end-with-tcpcopy",
            description = "end once the last tcpcopy that added sessions has been gone for 2 s")
    boolean endWithTcpcopy;

    @Option(
            names = "--summary",
            paramLabel = "FILE",
            converter = FileName.class,
            description =
                    "write what the run came to, which its log has too, to FILE at the end, for 'intercept compare'")
    @Nullable
    Path summary;

    @Option(
            names = "--install-rules",
            paramLabel = "PORT",
            split = ",",
            converter = WholeNumber.Port.class,
            description =
                    "insert the firewall rules for test servers on PORT, as 'intercept rules' prints them, once it "
                            + "captures, and remove them at a stop in order")
    List<Integer> installRules = new ArrayList<>();

    Set<FindingId> silenced() {
        return Set.copyOf(silence);
    }

    @Option(names = Detachment.OPTION, hidden = true, description = "this is the daemon that -d started")
    boolean detached;

    @Option(
            names = "--train-archive",
            hidden = true,
            description = "a start that the Java runtime learns from, and ends")
    boolean training;
}
