package dev.intercept.selftest;

import java.util.List;

/** A step of the selftest failed. */
final class SelftestException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Step step;
    private final String nextStep;
    private final int exitCode;
    private final transient List<String> logLines;

    /**
     * @param what failed, with what value
     * @param nextStep what the user can do now
     */
    SelftestException(Step step, String what, String nextStep) {
        this(step, what, nextStep, SelftestProcess.FAILED, List.of());
    }

    /**
     * @param exitCode of the whole command
     * @param logLines intercept's last ones
     */
    SelftestException(Step step, String what, String nextStep, int exitCode, List<String> logLines) {
        super(what);
        this.step = step;
        this.nextStep = nextStep;
        this.exitCode = exitCode;
        this.logLines = List.copyOf(logLines);
    }

    /** The same with more about the circumstances: a sentence, and intercept's last log lines. */
    SelftestException with(String circumstances, List<String> lines) {
        return new SelftestException(step, getMessage() + "; " + circumstances, nextStep, exitCode, lines);
    }

    /** Never null. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    Step step() {
        return step;
    }

    String nextStep() {
        return nextStep;
    }

    int exitCode() {
        return exitCode;
    }

    List<String> logLines() {
        return logLines;
    }
}
