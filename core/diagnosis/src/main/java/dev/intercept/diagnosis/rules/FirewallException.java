package dev.intercept.diagnosis.rules;

import java.io.IOException;
import java.util.List;

/** No firewall tool did what was asked. */
public final class FirewallException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> refusals;

    FirewallException(List<String> refusals) {
        super("no firewall tool took the rule:\n  " + String.join("\n  ", refusals));
        this.refusals = List.copyOf(refusals);
    }

    /** Whether this user may not use them. */
    public boolean isForPrivilege() {
        return refusals.stream().anyMatch(text -> text.contains("ermission denied") || text.contains("not permitted"));
    }

    /** Whether none is installed. */
    public boolean isForWantOfTools() {
        return refusals.stream().allMatch(text -> text.startsWith(RuleTool.MISSING));
    }

    /** What each tool said to each rule, in one line. */
    public String line() {
        return String.join(
                "; ",
                refusals.stream()
                        .filter(text -> !text.startsWith(RuleTool.MISSING))
                        .map(text -> text.replaceAll("\\s+", " "))
                        .toList());
    }
}
