package dev.intercept.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;

/**
 * One chain of a table.
 *
 * @param hook {@code output}, {@code postrouting} …, lower case, for a chain that the kernel calls; empty for one that
 *     rules call
 */
record Chain(String name, String hook, List<Rule> rules) {

    Chain(String name, String hook) {
        this(name, hook, new ArrayList<>());
    }

    /** Answers leave by these hooks; the others see requests. */
    boolean seesAnswers() {
        return hook.equals("output") || hook.equals("postrouting") || hook.equals("forward");
    }
}
