package dev.intercept.spi;

/**
 * One thing that a backend looked at on this host.
 *
 * @param fact what was read, with its value
 * @param remedy the command to mend it, as to be typed; where no command can, what to do; empty when all is well
 */
public record HostFinding(Topic topic, Severity severity, String fact, String remedy) {

    /** Under which name {@code intercept check} shows it. */
    public enum Topic {
        /** Anything that has no topic of its own. */
        BACKEND,
        /** Who listens where this backend would listen. */
        QUEUE_OWNER,
        /** Whether there is room for packets that wait. */
        QUEUE_MEMORY,
        /** Whether rules bring the answers here. */
        QUEUE_RULE
    }

    /** How bad it is. */
    public enum Severity {
        /** As it should be. */
        OK,
        /** May lose answers. */
        WARN,
        /** This backend cannot work like this. */
        FAIL
    }

    public static HostFinding ok(Topic topic, String fact) {
        return new HostFinding(topic, Severity.OK, fact, "");
    }

    public static HostFinding warn(Topic topic, String fact, String remedy) {
        return new HostFinding(topic, Severity.WARN, fact, remedy);
    }

    public static HostFinding fail(Topic topic, String fact, String remedy) {
        return new HostFinding(topic, Severity.FAIL, fact, remedy);
    }
}
