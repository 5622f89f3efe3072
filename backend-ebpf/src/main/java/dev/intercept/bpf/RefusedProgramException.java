package dev.intercept.bpf;

import dev.intercept.netlink.SystemCallException;
import java.util.List;

/** The kernel's verifier does not accept a program. */
public final class RefusedProgramException extends Exception {

    private static final long serialVersionUID = 1L;

    /** How every log of the verifier ends, which says nothing of the reason. */
    private static final String STATISTICS = "processed ";

    private final String verdict;

    RefusedProgramException(String verdict, SystemCallException cause) {
        super(cause.getMessage() + (verdict.isEmpty() ? "" : ": " + verdict), cause);
        this.verdict = verdict;
    }

    /** The verifier's reason, one line; empty when it gave none. */
    public String verdict() {
        return verdict;
    }

    /** The last line of a verifier's log that has a reason. */
    static String verdictOf(String log) {
        int end = log.indexOf('\0'); // Behind it stands what was said of ways that were in order.
        List<String> lines = log.substring(0, end < 0 ? log.length() : end)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith(STATISTICS))
                .toList();
        return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    }
}
