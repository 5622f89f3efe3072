package dev.intercept.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which packets are answers of the target.
 *
 * @param address the target's own, in numbers; empty for every address of this host
 * @param port of the target's server, 1 to 65535; or a word in its place, which the reader of the rule fills in
 */
public record AnswerMatch(Optional<String> address, String port) {

    public AnswerMatch(Optional<String> address, int port) {
        this(address, Integer.toString(port));
    }

    /** The match in iptables' words, iptables-extensions(8). */
    List<String> words() {
        List<String> words = new ArrayList<>(List.of("-p", "tcp"));
        address.ifPresent(source -> words.addAll(List.of("-s", source)));
        words.addAll(List.of("--sport", port));
        return words;
    }

    /** The match in nft's words, nft(8). */
    String nft() {
        return address.map(source -> "ip saddr " + source + ' ').orElse("") + "tcp sport " + port;
    }
}
