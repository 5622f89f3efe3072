package dev.intercept.diagnosis;

import dev.intercept.spi.Host;

/** How messages call another process: its id and what it runs, read from {@code /proc} (proc(5)). */
public final class Processes {

    private final Host host;

    public Processes(Host host) {
        this.host = host;
    }

    /** {@code "process 1234 (nginx)"}; without a name when the process is gone or hidden. */
    public String describe(long pid) {
        String name = isIntercept(pid)
                ? "intercept"
                : host.read("/proc/" + pid + "/comm").orElse("");
        return "process " + pid + (name.isEmpty() ? "" : " (" + name + ")");
    }

    /** A JVM is called java whatever it runs, so this looks for what our launcher says, or the main class. */
    public boolean isIntercept(long pid) {
        String commandLine = host.read("/proc/" + pid + "/cmdline").orElse("");
        return commandLine.contains("\0-Dintercept.home=") || commandLine.contains("\0dev.intercept.cli.");
    }
}
