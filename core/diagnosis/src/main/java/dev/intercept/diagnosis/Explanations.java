package dev.intercept.diagnosis;

import static dev.intercept.diagnosis.FindingId.*;

import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Which findings are only the symptoms of another one: one cause is one finding, and the others wait until it has gone. */
final class Explanations {

    private static final Set<FindingId> RESTARTS = EnumSet.of(SESSIONS_RESTART_AT_ONCE, SESSIONS_RESTART_LATER);

    private static final Map<FindingId, Set<FindingId>> SYMPTOMS = new EnumMap<>(FindingId.class);

    static {
        explain(NO_TCPCOPY, RESPONSES_WITHOUT_ROUTES, PARKED_LOST, SESSIONS_EXPIRED);
        explain(QUEUE_SILENT, ROUTES_WITHOUT_RESPONSES);
        explain(ROUTES_WITHOUT_RESPONSES);
        explain(RESPONSES_WITHOUT_ROUTES, PARKED_LOST);
        explain(TARGET_REFUSES);
        explain(TARGET_STALLS, ROUTES_WITHOUT_RESPONSES, QUEUE_SILENT);
        SYMPTOMS.put(SYN_ACK_REPEATED, EnumSet.of(TARGET_SLOW));
        explain(SESSIONS_STOLEN, RESPONSES_WITHOUT_ROUTES);
        explain(SESSIONS_EXPIRED, RESPONSES_WITHOUT_ROUTES);
        explain(SESSIONS_EVICTED, RESPONSES_WITHOUT_ROUTES);
        explain(TUNNEL_STALLED, TUNNEL_OVERFLOW);
        explain(TUNNEL_OVERFLOW);
        explain(TUNNEL_QUIET, RESPONSES_WITHOUT_ROUTES, PARKED_LOST);
        explain(KERNEL_LOSS);
        explain(WRONG_TARGET, RULE_MISSING, RESPONSES_WITHOUT_ROUTES, PARKED_LOST);
        for (FindingId ofHost : EnumSet.of(
                RULE_MISSING,
                RULE_WRONG_QUEUE,
                RULE_AFTER_ACCEPT,
                RULE_DROPS,
                QUEUE_HANDLERS,
                IP_FORWARD,
                RP_FILTER,
                CLIENT_ROUTE,
                WRONG_TARGET)) {
            explain(ofHost, ROUTES_WITHOUT_RESPONSES, QUEUE_SILENT);
        }
    }

    private Explanations() {}

    /** Whatever it is, it also makes handshakes fail, sessions begin again, and the target send again and then give up. */
    private static void explain(FindingId cause, FindingId... symptoms) {
        Set<FindingId> all = SYMPTOMS.computeIfAbsent(cause, id -> EnumSet.copyOf(RESTARTS));
        all.addAll(Set.of(SYN_ACK_REPEATED, TARGET_SLOW, TARGET_RESETS));
        all.addAll(Set.of(symptoms));
    }

    /** Those of {@code held} that another of them explains. */
    static Set<FindingId> symptomsOf(Collection<FindingId> held) {
        Set<FindingId> symptoms = EnumSet.noneOf(FindingId.class);
        held.forEach(cause -> symptoms.addAll(SYMPTOMS.getOrDefault(cause, Set.of())));
        return symptoms;
    }
}
