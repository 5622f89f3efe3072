package dev.intercept.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;

/**
 * One chain of a table.
 *
 * @param hook {@code output}, {@code postrouting} …, lower case, for a chain that the kernel calls; empty for one that
 *     rules call
 * @param priority where the kernel calls it: lower ones of a hook first
 * @param drops whether its policy is drop
 * @param front the command that inserts a rule in front of its rules, less the rule
 */
record Chain(String name, String hook, int priority, boolean drops, String front, List<Rule> rules) {

    Chain(String name, String hook, int priority, boolean drops, String front) {
        this(name, hook, priority, drops, front, new ArrayList<>());
    }

    /** One that rules call. */
    Chain(String name) {
        this(name, "", 0, false, "");
    }

    /** What its policy does with the packets that no rule ended. */
    Rule policy() {
        String text = front.startsWith("nft ")
                ? front.replace("nft insert rule ", "nft: ") + ": policy drop"
                : front.replace(" -I ", ": -P ") + " DROP";
        return Rule.of(drops ? Rule.Action.DROP : Rule.Action.OTHER, Match.EVERYTHING, text);
    }
}
