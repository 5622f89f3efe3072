package dev.intercept.endtoend;

import dev.intercept.diagnosis.FindingId;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * A state of the world and what intercept says of it.
 *
 * @param made what makes the state, intercept's start included
 * @param traffic of each second
 * @param said the findings that stand
 * @param mended applies the remedy of the first of them; null where nothing is to be mended
 * @param then traffic of each second after the remedy
 * @param left the findings that stand then
 * @param escapes whether answers leave before the remedy, because nothing stops them
 */
record TruthRow(
        String name,
        TruthStep made,
        TruthStep traffic,
        Set<FindingId> said,
        TruthStep mended,
        TruthStep then,
        Set<FindingId> left,
        boolean escapes) {

    /** The finding's place in docs/troubleshooting.md; what is well comes first. */
    int place() {
        return said.stream().mapToInt(FindingId::ordinal).min().orElse(-1);
    }

    TruthRow mendedBy(TruthStep step, TruthStep traffic) {
        return new TruthRow(name, made, this.traffic, said, step, traffic, left, escapes);
    }

    TruthRow whileAnswersEscape() {
        return new TruthRow(name, made, traffic, said, mended, then, left, true);
    }

    static TruthRow row(String name, TruthStep made, TruthStep traffic, FindingId... said) {
        return new TruthRow(name, made, traffic, set(said), null, null, set(), false);
    }

    private static Set<FindingId> set(FindingId... ids) {
        Set<FindingId> set = EnumSet.noneOf(FindingId.class);
        set.addAll(Arrays.asList(ids));
        return set;
    }
}
