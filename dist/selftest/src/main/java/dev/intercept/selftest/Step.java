package dev.intercept.selftest;

/** The steps of a selftest in their order, by the names that the output uses. */
enum Step {
    NAMESPACE("private network"),
    SERVER("HTTP server"),
    RULE("rule"),
    INTERCEPT("intercept"),
    REPLAY("replay"),
    VERDICT("verdict");

    private final String label;

    Step(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
