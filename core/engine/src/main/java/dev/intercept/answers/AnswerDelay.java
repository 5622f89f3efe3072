package dev.intercept.answers;

/** The delays that are measured in the sampled sessions of a target port. */
public enum AnswerDelay {
    SYN_ACK("syn_ack_delay", "time from the arrival of a session's route to the first sight of its SYN/ACK"),
    DATA("data_delay", "time from an acknowledgement without data that takes in a request to the first data after it");

    private final String label;
    private final String description;

    AnswerDelay(String label, String description) {
        this.label = label;
        this.description = description;
    }

    /** Its name in metrics and reports, without the unit. */
    public String label() {
        return label;
    }

    public String description() {
        return description;
    }
}
