package dev.intercept.diagnosis;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which findings stood during a run. Bounded: what comes up after so many others is left out. Its user takes care of threads. */
public final class FindingHistory {

    static final int MAX_FINDINGS = FindingBoard.MAX_FINDINGS;

    /**
     * One finding, with its latest fact.
     *
     * @param firstNs when it was first seen to stand, in the board's clock
     * @param lastNs when it was last seen to stand
     * @param times how often it came up
     */
    public record Stood(Finding finding, long firstNs, long lastNs, int times) {}

    private final Map<String, Stood> stood = new LinkedHashMap<>();

    /** @param hasComeUp whether it did not stand at the look before */
    void note(Finding finding, boolean hasComeUp, long nowNs) {
        String key = finding.id().label() + ' ' + finding.subject();
        Stood before = stood.get(key);
        if (before != null) {
            stood.put(key, new Stood(finding, before.firstNs, nowNs, before.times + (hasComeUp ? 1 : 0)));
        } else if (stood.size() < MAX_FINDINGS) {
            stood.put(key, new Stood(finding, nowNs, nowNs, 1));
        }
    }

    List<Stood> all() {
        return List.copyOf(stood.values());
    }
}
