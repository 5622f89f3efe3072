package dev.intercept.diagnosis;

/**
 * One thing that was looked at, or that was seen while running.
 *
 * @param subject what of several it is about, an interface or a tunnel; empty where there is but one
 * @param fact what was read, with its value
 * @param remedy the command to mend it, as to be typed, several joined by {@code &&}; where no command can, what to do;
 *     empty when nothing is to be mended
 */
public record Finding(FindingId id, Severity severity, String subject, String fact, String remedy) {

    public static Finding ok(FindingId id, String fact) {
        return new Finding(id, Severity.OK, "", fact, "");
    }

    public static Finding info(FindingId id, String fact, String remedy) {
        return new Finding(id, Severity.INFO, "", fact, remedy);
    }

    public static Finding warn(FindingId id, String fact, String remedy) {
        return new Finding(id, Severity.WARN, "", fact, remedy);
    }

    public static Finding fail(FindingId id, String fact, String remedy) {
        return new Finding(id, Severity.FAIL, "", fact, remedy);
    }

    public Finding about(String what) {
        return new Finding(id, severity, what, fact, remedy);
    }

    /** One line: id, fact, why it matters, and the remedy where there is one. */
    public String line() {
        return id.label() + ": " + sentence();
    }

    /** The line without the id. */
    public String sentence() {
        String text = fact + " (" + id.why() + ")";
        return remedy.isEmpty() ? text : text + "; do: " + remedy;
    }
}
