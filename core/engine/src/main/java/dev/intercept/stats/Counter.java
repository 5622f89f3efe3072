package dev.intercept.stats;

/** Everything intercept counts. Counts only grow; each packet that was handed up raises exactly one packet counter. */
public enum Counter {
    PASSED("passed", "packets accepted because their destination is in the pass list"),
    FORWARDED("forwarded", "responses dropped whose header went to a tunnel"),
    PARKED("parked", "SYN and RST responses without a route, dropped, their header kept until the route arrives"),
    NO_ROUTE("no_route", "responses dropped: no tcpcopy has a route for them"),
    MALFORMED("malformed", "packets dropped because their lengths contradict or their headers were not captured"),
    UNKNOWN_LENGTH(
            "unknown_length",
            "packets dropped because their total length is 0 and the backend does not know the real one"),
    FRAGMENT("fragment", "non-first IPv4 fragments dropped"),
    NOT_TCP("not_tcp", "packets accepted because they are not IPv4/TCP: the rule is wider than it need be"),
    HANDLER_ERROR("handler_error", "packets dropped because the code that looked at them failed"),
    TUNNEL_OVERFLOW("tunnel_overflow", "responses dropped whose header its tunnel had no room for"),
    TUNNEL_GONE("tunnel_gone", "responses dropped whose tunnel had just ended"),

    UNPARKED("unparked", "parked headers sent when their route arrived"),
    UNPARKED_OVERFLOW("unparked_overflow", "parked headers lost because their route's tunnel had no room for them"),
    PARKED_EXPIRED("parked_expired", "parked headers thrown away after 30 s without a route"),
    PARKED_EVICTED("parked_evicted", "parked headers thrown away because a bound was reached"),
    ROUTES_ADDED("routes_added", "CLIENT_ADD records"),
    ROUTES_DELETED("routes_deleted", "CLIENT_DEL records that removed a route"),
    SESSIONS_EXPIRED("sessions_expired", "sessions dropped after their idle time"),
    EVICTED("evicted", "sessions dropped because the session table was full"),

    SYN_ACKS_REPEATED("syn_acks_repeated", "SYN/ACKs that the target sent again: it got no ACK for them"),
    CONNECTIONS_REFUSED("connections_refused", "SYNs that the target answered with RST: nothing listens there"),
    ROUTES_RENEWED_AT_ONCE(
            "routes_renewed_at_once", "sessions added again within a second that got a SYN/ACK and no more until then"),
    ROUTES_RENEWED_SOON(
            "routes_renewed_soon", "sessions added again after 2 to 4 s that got a SYN/ACK and no more until then"),
    ROUTES_RENEWED_UNANSWERED(
            "routes_renewed_unanswered", "sessions added again within 4 s of which no response has come here"),
    ROUTES_TAKEN_OVER("routes_taken_over", "sessions that the tcpcopy of another host added while they were alive"),
    ANSWERED_AFTER_EXPIRY("answered_after_expiry", "responses without a route, of sessions that had expired"),
    ANSWERED_AFTER_EVICTION("answered_after_eviction", "responses without a route, of sessions that had been evicted"),

    TUNNELS_OPENED("tunnels_opened", "connections accepted from tcpcopy"),
    TUNNELS_CLOSED("tunnels_closed", "connections of tcpcopy that ended"),
    TUNNELS_REFUSED("tunnels_refused", "connections closed at once: not allowed, or too many"),
    TUNNELS_DISPLACED(
            "tunnels_displaced", "connections that never spoke, closed for new ones because --max-tunnels were open"),
    BAD_RECORDS(
            "bad_records", "connections closed because their first record was of no known generation, or incomplete"),
    FURTHER_HEADERS(
            "further_headers",
            "headers that went to a tunnel beside those that forwarded counts, of responses too long for one"),
    MESSAGES_WRITTEN("messages_written", "headers that the sockets of tunnels took whole"),
    UNSENT_CLOSED("unsent_closed", "headers that waited for a tunnel when its peer ended it"),
    UNSENT_STALLED(
            "unsent_stalled", "headers that waited for a tunnel that was closed because it took nothing for 30 s"),
    UNSENT_FAILED("unsent_failed", "headers that waited for a tunnel that was closed because of an error"),
    UNSENT_STOPPED("unsent_stopped", "headers that waited for the tunnels when intercept stopped"),
    WRITES_FAILED("writes_failed", "writes to tunnel sockets that failed; each was tried again, for a second at most"),
    SOCKET_WRITES("socket_writes", "writes to tunnel sockets");

    private final String label;
    private final String description;

    Counter(String label, String description) {
        this.label = label;
        this.description = description;
    }

    /** The name in logs and metrics. */
    public String label() {
        return label;
    }

    /** What is counted, for the help text of a metric. */
    public String description() {
        return description;
    }
}
