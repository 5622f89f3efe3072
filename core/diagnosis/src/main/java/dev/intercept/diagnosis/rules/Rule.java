package dev.intercept.diagnosis.rules;

import java.util.List;
import java.util.OptionalInt;

/**
 * One rule of a packet filter.
 *
 * @param action what it does
 * @param firstNumber the queue (for a balance the first one) or the NFLOG group; -1 where the action has none
 * @param lastNumber the last queue of a balance, otherwise {@code firstNumber}
 * @param isBypass whether packets pass when nobody listens on the queue
 * @param jumpsTo the chain that it calls; empty unless the action is JUMP
 * @param text the rule as its tool writes it
 * @param removal the command that removes it
 * @param insertion the command that puts it in front of all rules of its chain; empty where it has conditions
 *     that are not understood
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
        String insertion) {

    /** What a rule does with a packet. */
    public enum Action {
        /** NFQUEUE, QUEUE or {@code queue}. */
        QUEUE,
        /** NFLOG or {@code log group}: a copy is handed up, and the next rule is looked at. */
        COPY,
        ACCEPT,
        DROP,
        JUMP,
        /** Counts, logs, marks: the next rule is looked at. */
        OTHER
    }

    boolean ends() {
        return action == Action.ACCEPT || action == Action.DROP || action == Action.QUEUE;
    }

    /** Whether no packet gets past it, with a listener or without. */
    boolean stops() {
        return action == Action.DROP || action == Action.QUEUE && !isBypass;
    }

    /** Whether it drops before the packet has left the TCP of this host, which then takes it for unsent. */
    public boolean isDropOfOwnPackets() {
        return action == Action.DROP && text.contains("-A OUTPUT ");
    }

    /** This rule as it acts in a chain that is reached by {@code way}. */
    Rule reachedBy(Match way) {
        return new Rule(action, way.and(match), firstNumber, lastNumber, isBypass, jumpsTo, text, removal, insertion);
    }

    public boolean feeds(int number) {
        return firstNumber <= number && number <= lastNumber;
    }

    /** Whether it is for some of the target's ports; without, it is for those of every service. */
    public boolean hasPorts() {
        return !match.sourcePorts().isEmpty();
    }

    /** The one port it is for; empty for several and for all. */
    public OptionalInt port() {
        List<PortRange> ports = match.sourcePorts();
        return ports.size() == 1 && ports.get(0).first() == ports.get(0).last()
                ? OptionalInt.of(ports.get(0).first())
                : OptionalInt.empty();
    }

    /** Whether it matches answers from this port of the target; a rule without a port matches all. */
    public boolean matchesPort(int port) {
        return match.hasPort(port);
    }
}
