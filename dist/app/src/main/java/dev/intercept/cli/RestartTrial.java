package dev.intercept.cli;

import dev.intercept.StartException;
import dev.intercept.daemon.Privileges;
import dev.intercept.logging.Log;
import dev.intercept.logging.LogFormat;
import dev.intercept.logging.LogLevel;
import dev.intercept.monitor.Monitors;
import dev.intercept.restart.Succession;
import dev.intercept.summary.SummaryFile;
import java.util.Map;
import java.util.Optional;

/**
 * What a start with these options would be refused while the intercept that is to be restarted goes on: all but the packet source,
 * which is in use. Run by the program that is to follow, in a process of its own, so that it is known to run, too.
 */
final class RestartTrial {

    /** In the environment: the ports of the intercept that runs, for tunnels and, 0 for none, for metrics. */
    static final String PORTS = "INTERCEPT_PORTS";

    private final InterceptStart start;
    private final RunOptions options;

    RestartTrial(InterceptStart start, RunOptions options) {
        this.start = start;
        this.options = options;
    }

    static boolean isAsked() {
        return Succession.isTrial(System.getenv());
    }

    static Map<String, String> variables(int port, int metricsPort) {
        return Map.of(Succession.VARIABLE, Succession.TRIAL, PORTS, port + " " + metricsPort);
    }

    /** @throws StartException with what it would be refused */
    void run() throws StartException {
        Log.toStderr(LogLevel.ERROR, LogFormat.TEXT); // What a start would warn of it will.
        String[] ports = System.getenv().getOrDefault(PORTS, "0 0").split(" ");
        if (options.user != null) {
            Privileges.futureUser(options.user);
        }
        start.examine(Integer.parseInt(ports[0]));
        if (options.log != null) {
            Log.ofDaemon(options.log).close();
        }
        if (options.summary != null) {
            SummaryFile.attempt(options.summary);
        }
        boolean isOwn = options.metrics != null && options.metrics.getPort() == Integer.parseInt(ports[1]);
        Monitors.attempt(Optional.ofNullable(isOwn ? null : options.metrics));
    }
}
