package dev.intercept.spi;

import java.util.List;

/**
 * The rules of the packet filter that bring a target's answers to a backend, all in the chain OUTPUT.
 *
 * @param mechanism how these rules hand packets up
 * @param numberOption first name of the backend's option that holds the numbers, {@code "--queue"}; empty where there is none
 * @param firstNumber of the queues or groups that the backend listens on, 0 to 65535
 * @param lastNumber not below {@code firstNumber}
 * @param iptables in their order; of each rule the words of iptables(8) behind the match, {@code ["-j", "NFQUEUE",
 *     "--queue-num", "0"]}
 * @param nft what all of them do, as one statement of nft(8): {@code "queue num 0"}
 */
public record CaptureRules(
        Mechanism mechanism,
        String numberOption,
        int firstNumber,
        int lastNumber,
        List<List<String>> iptables,
        String nft) {

    /** The ways in which the kernel hands packets up. What intercept checks of the host depends on them. */
    public enum Mechanism {
        /** ip_queue: one queue without a number, one listener on the host. */
        IP_QUEUE,
        /** nfnetlink_queue: numbered queues with one listener each. */
        NFQUEUE,
        /** nfnetlink_log: numbered groups, which get copies. */
        NFLOG,
        /** Another one: intercept inserts and removes these rules, and the backend itself checks what they need. */
        OTHER
    }

    public CaptureRules {
        iptables = iptables.stream().map(List::copyOf).toList();
    }

    /** Whether the backend listens on this queue or group. */
    public boolean listensOn(int number) {
        return firstNumber <= number && number <= lastNumber;
    }

    /** {@code "3"} or {@code "0:3"} */
    public String numbers() {
        return firstNumber == lastNumber ? Integer.toString(firstNumber) : firstNumber + ":" + lastNumber;
    }
}
