package dev.intercept.answers;

/** What is counted of a target port's answers. Counts only grow. */
public enum AnswerCount {
    ANSWERS("answers", "answers of the target to sessions with a route", false),
    WITHOUT_PAYLOAD("answers_without_payload", "answers of the target that carry no data", false),
    PAYLOAD_BYTES("payload_bytes", "bytes of data in answers of the target, repeated ones included", false),
    SYN_ACKS("syn_acks", "SYN/ACKs of the target, repeated ones included", false),
    FINS("fins", "answers by which the target ended its side of a session in order, repeated ones included", false),
    RESETS("resets", "sessions that the target ended with RST", false),
    ZERO_WINDOWS("zero_windows", "answers in which the target has no room for more", false),

    SESSIONS("sessions", "sessions that the target accepted", true),
    SESSIONS_ANSWERED("sessions_answered", "sessions in which the target sent data", true),
    REQUESTS("requests", "times that the target took in data after a SYN/ACK or an answer with data", true),
    SEGMENTS("segments", "segments with data, SYN or FIN of the target, repeated ones included", true),
    REPEATED("repeated_segments", "segments with data, SYN or FIN that the target sent again", true),
    SHRUNK_WINDOWS("shrunk_windows", "answers in which the target took back room that it had offered", true),

    HTTP_1XX("http_1xx", "HTTP/1.x responses of the target with status 1xx", true),
    HTTP_2XX("http_2xx", "HTTP/1.x responses of the target with status 2xx", true),
    HTTP_3XX("http_3xx", "HTTP/1.x responses of the target with status 3xx", true),
    HTTP_4XX("http_4xx", "HTTP/1.x responses of the target with status 4xx", true),
    HTTP_5XX("http_5xx", "HTTP/1.x responses of the target with status 5xx", true),
    HTTP_UNREADABLE("http_unreadable", "data behind a request that does not begin as HTTP/1.x", true);

    private static final String HTTP = "http_";

    private final String label;
    private final String description;
    private final boolean estimated;

    AnswerCount(String label, String description, boolean estimated) {
        this.label = label;
        this.description = description;
        this.estimated = estimated;
    }

    /** Its name in metrics and reports. */
    public String label() {
        return label;
    }

    public String description() {
        return description;
    }

    /** Whether it is counted with {@code --payload} only. */
    public boolean isHttp() {
        return label.startsWith(HTTP);
    }

    /** Of HTTP: 1xx to 5xx, or unreadable. */
    public String httpClass() {
        return label.substring(HTTP.length());
    }

    /** Whether it is counted in the sampled sessions only, each for as many as the sample takes one of. */
    public boolean isEstimated() {
        return estimated;
    }
}
