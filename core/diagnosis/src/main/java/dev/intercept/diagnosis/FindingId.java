package dev.intercept.diagnosis;

import java.util.Arrays;
import java.util.Optional;

/**
 * Every kind of finding. The labels are stable: they stand in log lines, in metrics and in JSON, and each is an anchor of
 * docs/troubleshooting.md.
 */
public enum FindingId {
    JAVA_VERSION("java-version", "intercept is compiled for Java 17"),
    START("start", "intercept does not start with these options as long as this is so"),
    BACKEND("backend", "the kernel must offer a way to hand answers up"),
    QUEUE_HANDLERS(
            "queue-handlers", "the kernel has one queue handler for IPv4: with both modules one of them gets nothing"),
    QUEUE_OWNER("queue-owner", "a queue has one listener, a second one is refused"),
    PRIVILEGES("privileges", "without the capability the kernel refuses the queue or the socket"),
    QUEUE_RULE("queue-rule", "only what a rule sends to the queue reaches intercept"),
    RULE_MISSING("rule-missing", "without a rule intercept sees no answer and the answers reach the real clients"),
    RULE_WRONG_QUEUE("rule-wrong-queue", "a rule whose queue has no listener drops every answer"),
    RULE_NO_LISTENER(
            "rule-no-listener", "until intercept listens, the rule drops every answer that leaves from this port"),
    RULE_BYPASS("rule-bypass", "with bypass, answers reach the real clients whenever intercept does not listen"),
    RULE_AFTER_ACCEPT("rule-after-accept", "the first rule that matches wins, so the rule of the queue sees nothing"),
    RULE_DROPS(
            "rule-drops",
            "a drop of outgoing packets is an error to the test server's own TCP: its packet was not sent, and it refuses the client's"
                    + " acknowledgements"),
    IP_FORWARD("ip-forward", "an assistant host that forwards sends the answers on to the real clients"),
    RP_FILTER(
            "rp-filter",
            "strict filtering drops copied requests that arrive on another interface than answers leave by"),
    CLIENT_ROUTE("client-route", "without a route to the client the target sends no answer"),
    CONNTRACK("conntrack", "a full connection table drops new connections, copied ones among them"),
    QUEUE_MEMORY("queue-memory", "what does not fit the queue or its socket is dropped"),
    TCP_TIMESTAMPS(
            "tcp-timestamps",
            "tcpcopy 0.6 to 0.8 does not rewrite TCP timestamps, and the target then refuses its handshakes"),
    PORT("port", "tcpcopy must be able to connect to intercept's port"),
    TARGET_PORT("target-port", "where nothing listens every copied connection is refused"),
    PUBLIC_ADDRESS("public-address", "who reaches the port can claim answers"),
    NETWORK_NAMESPACE(
            "network-namespace",
            "queues, rules and addresses belong to a network namespace: intercept must be in the target's"),
    CONTAINER(
            "container",
            "a container has its own network unless it was started with the host's, and its NAT hides the clients"),

    NO_TCPCOPY("no-tcpcopy", "answers are dropped and go nowhere while no tcpcopy is connected"),
    ROUTES_WITHOUT_RESPONSES(
            "routes-without-responses", "the target's answers do not reach this host's queue or device"),
    RESPONSES_WITHOUT_ROUTES(
            "responses-without-routes",
            "these answers are dropped and no tcpcopy gets them: the rule is too wide, or their sessions are older than intercept"),
    QUEUE_SILENT("queue-silent", "no rule sends to this queue, or nothing passes this device"),
    WRONG_TARGET(
            "wrong-target",
            "an answer finds its session only by the address and port that tcpcopy sent the request to"),
    SYN_ACK_REPEATED(
            "syn-ack-repeated", "the ACK of the copied handshake does not get to the target, or the target drops it"),
    TARGET_REFUSES("target-refuses", "nothing listens on the target's port"),
    TARGET_STALLS("target-stalls", "a test server that takes nothing in is stopped, stuck, or has too few workers"),
    TARGET_RESETS("target-resets", "a session that the test server resets was ended by a limit, a time-out or a crash"),
    TARGET_SLOW(
            "target-slow",
            "answers that come much later than at the start, or again, mean a test server or a network at its limit"),
    SESSIONS_RESTART_AT_ONCE(
            "sessions-restart-at-once", "an answer escaped to the real client, whose host reset the copied connection"),
    SESSIONS_RESTART_LATER(
            "sessions-restart-later",
            "the SYN/ACK never came back to tcpcopy, which gave the session up after about 3 s"),
    SESSIONS_STOLEN(
            "sessions-stolen",
            "a session's answers go to one tcpcopy only, the last that added it, and any host that connects may add any"),
    SESSIONS_EXPIRED("sessions-expired", "an answer that comes after its session has expired is dropped"),
    SESSIONS_EVICTED("sessions-evicted", "a session beyond the bound takes the place of one that was idle for long"),
    KERNEL_LOSS("kernel-loss", "answers that are lost before intercept sees them are missing in the replay"),
    UNKNOWN_LENGTH(
            "unknown-length", "tcpcopy cannot acknowledge an answer of unknown length, so these answers are dropped"),
    MALFORMED("malformed", "a packet whose headers cannot be read is dropped"),
    FRAGMENTS("fragments", "only the first fragment of an answer has the ports that say whose it is"),
    PARKED_LOST(
            "parked-lost", "a handshake's answer waits 30 s for the route of its session, in a buffer of limited size"),
    TUNNEL_OVERFLOW("tunnel-overflow", "what does not fit a tunnel's buffer is missing in the replay"),
    TUNNEL_STALLED("tunnel-stalled", "what does not fit the tunnel's buffer is dropped, and after 30 s it is closed"),
    TUNNEL_QUIET(
            "tunnel-quiet",
            "a tcpcopy whose records are not acknowledged for some ms gives its tunnel up for good, and its replay stops"),
    TUNNEL_ACKNOWLEDGEMENT(
            "tunnel-acknowledgement",
            "a tcpcopy 1.3 whose records stay unacknowledged for some ms, as on a busy machine, gives its tunnel up");

    private final String label;
    private final String why;

    FindingId(String label, String why) {
        this.label = label;
        this.why = why;
    }

    /** Lower case with hyphens, never changed once released. */
    public String label() {
        return label;
    }

    /** Empty where none has this label. */
    public static Optional<FindingId> of(String label) {
        return Arrays.stream(values()).filter(id -> id.label.equals(label)).findFirst();
    }

    /** Why it matters: half a sentence that is true whether things are well or not. */
    public String why() {
        return why;
    }
}
