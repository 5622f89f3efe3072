package dev.intercept.diagnosis.rules;

import java.util.OptionalInt;
import java.util.Set;

/**
 * One rule of a packet filter, or one statement of a rule that has several.
 *
 * @param action what it does
 * @param firstNumber the queue (for a balance the first one) or the NFLOG group; -1 where the action has none, or where it
 *     is worked out for each packet
 * @param lastNumber the last queue of a balance, otherwise {@code firstNumber}
 * @param isBypass whether packets pass when nobody listens on the queue
 * @param jumpsTo the chain that it calls; empty unless the action is JUMP
 * @param text the rule as its tool writes it
 * @param removal the command that removes it
 * @param insertion the command that puts it in front of all rules of its chain; empty where its words are not known
 * @param base the chain of the kernel's that it is reached from
 */
public record Rule(
        Action action,
        Match match,
        int firstNumber,
        int lastNumber,
        boolean isBypass,
        String jumpsTo,
        String text,
        String removal,
        String insertion,
        Base base) {

    /** What a rule does with a packet. */
    public enum Action {
        /** NFQUEUE, QUEUE or {@code queue}. */
        QUEUE,
        /** NFLOG or {@code log group}: a copy is handed up, and the next rule is looked at. */
        COPY,
        ACCEPT,
        DROP,
        JUMP,
        /** The rest of its chain is not looked at. */
        RETURN,
        /** Counts, logs, marks: the next rule is looked at. */
        OTHER,
        /** What it does is not known, and it may end the packet's way. */
        UNKNOWN
    }

    /**
     * A chain that the kernel calls.
     *
     * @param priority where its hook calls it
     * @param front the command that inserts a rule in front of its rules, less the rule
     */
    public record Base(String hook, int priority, String front) {

        static final Base NONE = new Base("", 0, "");

        private static final Set<String> ELSEWHERE = Set.of("ingress", "prerouting", "egress");

        /** NF_IP_PRI_CONNTRACK of the kernel. */
        private static final int TRACKING = -200;

        boolean isBeforeTracking() {
            return hook.equals("output") && priority <= TRACKING;
        }

        /**
         * Whether it lies before or behind the hooks of answers, where which of them come by depends on devices and routes: what it
         * does to answers is not known.
         */
        boolean isElsewhere() {
            return ELSEWHERE.contains(hook);
        }

        /** Whether the kernel calls it and {@code other} in the order in which they were made, which no listing has. */
        boolean isBesides(Base other) {
            return hook.equals(other.hook) && priority == other.priority && !equals(other);
        }

        /** Whether rules for it are nft's, otherwise iptables'. */
        public boolean isNft() {
            return front.startsWith("nft ");
        }
    }

    static Rule of(Action action, Match match, String text) {
        return new Rule(action, match, -1, -1, false, "", text, "", "", Base.NONE);
    }

    /** Whether no packet gets past it, with a listener or without. */
    boolean stops() {
        return action == Action.DROP || action == Action.QUEUE && !isBypass;
    }

    /** Whether it drops before the packet has left the TCP of this host, which then takes it for unsent. */
    public boolean isDropOfOwnPackets() {
        return action == Action.DROP && !base.hook().equals("forward");
    }

    /** This rule as it acts in a chain that is reached by {@code way}. */
    Rule reachedBy(Match way, Base from) {
        Match here = from.isBeforeTracking() ? match.beforeTracking() : match;
        return new Rule(
                action, way.and(here), firstNumber, lastNumber, isBypass, jumpsTo, text, removal, insertion, from);
    }

    /** This rule where what it does is not known after all. */
    Rule asUnknown() {
        return of(Action.UNKNOWN, match.and(Match.unread(text)), text);
    }

    /** Whether it is in a chain of the kernel's, and not in one that another rule calls. */
    public boolean isInBase() {
        return !insertion.isEmpty() && insertion.startsWith(base.front() + " ");
    }

    /** Whether it cannot be said which answers it hands up, or to whom. */
    public boolean isUnclear() {
        return match.isUnread() || base.isElsewhere();
    }

    /** Whether the kernel may call it before or after {@code other}: their chains have one priority. */
    public boolean isBesides(Rule other) {
        return base.isBesides(other.base);
    }

    /** Why it is not certain what it does to the answers of {@code other}. */
    public String whyUnsure(Rule other) {
        if (isBesides(other)) {
            return "which of two chains of hook " + base.hook() + ", priority " + base.priority()
                    + ", comes first cannot be read from them";
        }
        return base.isElsewhere()
                ? "which answers come through hook " + base.hook() + " cannot be read from the rules"
                : "which packets a rule like this takes cannot be read from it";
    }

    /** Whether it is for a part of the answers from its ports. */
    public boolean isNarrower() {
        return !match.parts().isEmpty() || match.isUnread();
    }

    public boolean feeds(int number) {
        return firstNumber <= number && number <= lastNumber;
    }

    /** Whether it is for some of the target's ports; without, it is for those of every service. */
    public boolean hasPorts() {
        return !match.ports().isAll();
    }

    /** The one port it is for; empty for several and for all. */
    public OptionalInt port() {
        return match.ports().single();
    }

    /** Whether it matches answers from this port of the target; a rule without a port matches all. */
    public boolean matchesPort(int port) {
        return match.ports().contains(port);
    }

    /** Whether it names the port where the clients' stand in an answer, and none of the target's. */
    boolean isForClientPort(OptionalInt port) {
        return match.answers()
                && match.ports().isAll()
                && (port.isPresent()
                        ? !match.clientPorts().isAll() && match.clientPorts().contains(port.getAsInt())
                        : match.clientPorts().single().isPresent());
    }

    /** The one port of the clients that it is for; empty for several and for all. */
    public OptionalInt clientPort() {
        return match.clientPorts().single();
    }

    /** The command that puts it in front of its chain such that nothing passes it while nobody listens. */
    public String insertionWithoutBypass() {
        return insertion
                .replace(" --queue-bypass", "")
                .replace(" flags bypass,fanout", " flags fanout")
                .replace(" flags fanout,bypass", " flags fanout")
                .replace(" flags bypass", "")
                .replaceAll("( queue num [0-9-]+) bypass", "$1")
                .replace(" bypass,fanout", " fanout");
    }
}
