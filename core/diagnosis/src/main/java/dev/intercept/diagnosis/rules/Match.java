package dev.intercept.diagnosis.rules;

import java.util.HashSet;
import java.util.Set;

/**
 * Which answers a rule matches: packets of TCP over IPv4 in a connection under way, from the target to a client.
 *
 * @param answers whether such a packet can match at all
 * @param ports the target's that match
 * @param clientPorts the clients' that match
 * @param parts further conditions of which is known that they take a part of the answers, by addresses or devices
 * @param unread further conditions of which nothing is known; each that chooses by chance or by count has a text of its own
 * @param state what conditions on the connection's state make of it
 */
record Match(boolean answers, Ports ports, Ports clientPorts, Set<String> parts, Set<String> unread, State state) {

    /** What connection tracking has to do with it. */
    enum State {
        /** There is no such condition. */
        ANY,
        /** An answer's state fulfils them. */
        FULFILLED,
        /** It does not. */
        REFUSED
    }

    static final Match EVERYTHING = of(Ports.ALL, Ports.ALL, Set.of(), Set.of());

    /** Of no answer. */
    static final Match NOTHING = new Match(false, Ports.ALL, Ports.ALL, Set.of(), Set.of(), State.ANY);

    /** Clients' ports are any of many thousands: a rule for fewer is not for answers. */
    private static final int FEW = 10_000;

    Match {
        parts = Set.copyOf(parts);
        unread = Set.copyOf(unread);
    }

    private static Match of(Ports ports, Ports clientPorts, Set<String> parts, Set<String> unread) {
        return new Match(true, ports, clientPorts, parts, unread, State.ANY);
    }

    static Match ofState(boolean isFulfilled) {
        State state = isFulfilled ? State.FULFILLED : State.REFUSED;
        return new Match(true, Ports.ALL, Ports.ALL, Set.of(), Set.of(), state);
    }

    static Match ofPorts(Ports ports) {
        return of(ports, Ports.ALL, Set.of(), Set.of());
    }

    static Match ofClientPorts(Ports clientPorts) {
        return of(Ports.ALL, clientPorts, Set.of(), Set.of());
    }

    static Match part(String condition) {
        return of(Ports.ALL, Ports.ALL, Set.of(condition), Set.of());
    }

    static Match unread(String condition) {
        return of(Ports.ALL, Ports.ALL, Set.of(), Set.of(condition));
    }

    boolean seesAnswers() {
        return answers && state != State.REFUSED && !ports.isEmpty() && clientPorts.size() >= FEW;
    }

    boolean isUnread() {
        return !unread.isEmpty();
    }

    /** Whether it matches every answer that {@code other} matches. False where that is not known. */
    boolean covers(Match other) {
        return answers
                && state != State.REFUSED
                && ports.contains(other.ports)
                && clientPorts.contains(other.clientPorts)
                && other.parts.containsAll(parts)
                && other.unread.containsAll(unread);
    }

    /** Whether it might match an answer that {@code other} matches. */
    boolean meets(Match other) {
        return and(other).seesAnswers();
    }

    /** What both match: the match of a rule in a chain that is reached by a rule with this match. */
    Match and(Match other) {
        return new Match(
                answers && other.answers,
                ports.and(other.ports),
                clientPorts.and(other.clientPorts),
                union(parts, other.parts),
                union(unread, other.unread),
                state.compareTo(other.state) > 0 ? state : other.state);
    }

    /** The same where the kernel does not know the packet's connection yet: what a state is there is not an answer's. */
    Match beforeTracking() {
        return state == State.ANY
                ? this
                : of(ports, clientPorts, parts, union(unread, Set.of("state"))).and(of(answers));
    }

    private static Match of(boolean answers) {
        return answers ? EVERYTHING : NOTHING;
    }

    private static Set<String> union(Set<String> one, Set<String> other) {
        Set<String> all = new HashSet<>(one);
        all.addAll(other);
        return all;
    }
}
