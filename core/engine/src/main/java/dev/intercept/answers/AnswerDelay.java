package dev.intercept.answers;

/** The delays that are measured at a target port. */
public enum AnswerDelay {
    SYN_ACK("syn_ack_delay", "time from the arrival of a session's route to the first sight of its SYN/ACK", true),
    DATA(
            "data_delay",
            "time from an acknowledgement without data that takes in a request to the first data after it",
            true),
    FIRST_BYTE(
            "first_byte_delay",
            "time from the arrival of the last byte of a request to the departure of the first of its answer, both seen by the"
                    + " kernel; with ebpf only",
            false);

    private final String label;
    private final String description;
    private final boolean sampled;

    AnswerDelay(String label, String description, boolean sampled) {
        this.label = label;
        this.description = description;
        this.sampled = sampled;
    }

    /** Its name in metrics and reports, without the unit. */
    public String label() {
        return label;
    }

    public String description() {
        return description;
    }

    /** Whether it is measured in the sampled sessions only. */
    public boolean isSampled() {
        return sampled;
    }
}
