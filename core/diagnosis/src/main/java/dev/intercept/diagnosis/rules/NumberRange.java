package dev.intercept.diagnosis.rules;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbers of queues or groups, as users write them: {@code 3} or {@code 0:3}.
 *
 * @param first 0 to 65535
 * @param last not below {@code first}
 */
public record NumberRange(int first, int last) {

    private static final int MAX_NUMBER = 65535;
    private static final Pattern FORM = Pattern.compile("([0-9]{1,5})(?::([0-9]{1,5}))?");

    /** @throws IllegalArgumentException with a text for the user that names the option and the value */
    public static NumberRange parse(String option, String text) {
        Matcher form = FORM.matcher(text);
        if (form.matches()) {
            int first = Integer.parseInt(form.group(1));
            int last = form.group(2) == null ? first : Integer.parseInt(form.group(2));
            if (first <= last && last <= MAX_NUMBER) {
                return new NumberRange(first, last);
            }
        }
        throw new IllegalArgumentException(option + " " + text + ": must be a number from 0 to " + MAX_NUMBER
                + ", or a range A:B with A not above B");
    }

    /** As {@link #parse}, and no range. */
    public static NumberRange parseOne(String option, String text) {
        if (text.contains(":")) {
            throw new IllegalArgumentException(
                    option + " " + text + ": must be one number from 0 to " + MAX_NUMBER + ", not a range");
        }
        return parse(option, text);
    }

    public boolean contains(int number) {
        return first <= number && number <= last;
    }

    public boolean isOne() {
        return first == last;
    }

    @Override
    public String toString() {
        return isOne() ? Integer.toString(first) : first + ":" + last;
    }
}
