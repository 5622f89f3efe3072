package dev.intercept.diagnosis.rules;

import java.util.List;

/**
 * A rule at its place on the path of a packet.
 *
 * @param rule with all that must match for it to be reached
 * @param scopes the stretches of the way in which it lies, by numbers; {@link #WHOLE_WAY} is always one
 * @param ends the stretch whose rest no packet sees that this rule matches; {@link #NOTHING} where it goes on
 */
record Step(Rule rule, List<Integer> scopes, int ends) {

    static final int WHOLE_WAY = 0;
    static final int NOTHING = -1;

    /** Whether packets that its rule matches do not get to {@code later}. */
    boolean isEndFor(Step later) {
        return later.scopes.contains(ends);
    }
}
