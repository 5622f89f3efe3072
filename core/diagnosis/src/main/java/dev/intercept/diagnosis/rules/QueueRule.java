package dev.intercept.diagnosis.rules;

import dev.intercept.spi.CaptureRules;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules for outgoing packets that one backend needs for one target, in their order.
 *
 * @param specifications each as iptables' words behind the chain's name; empty for a backend that needs none
 * @param nft the same as nft's, each what stands behind the chain's name; empty where nft has no words for them
 */
public record QueueRule(List<List<String>> specifications, List<String> nft) {

    /** For a backend that no rule feeds. */
    public static final QueueRule NONE = new QueueRule(List.of(), List.of());

    /** @param passList destinations, in numbers, to be left alone whether or not intercept runs */
    public static QueueRule of(CaptureRules needed, AnswerMatch answers, List<String> passList) {
        List<List<String>> iptables = new ArrayList<>();
        List<String> nft = new ArrayList<>();
        for (String passed : passList) {
            iptables.add(rule(answers, List.of("-d", passed, "-j", "ACCEPT")));
            nft.add(answers.nft() + " ip daddr " + passed + " accept");
        }
        needed.iptables().forEach(words -> iptables.add(rule(answers, words)));
        nft.add(answers.nft() + ' ' + needed.nft());
        return new QueueRule(iptables, nft);
    }

    /** The man page's own rule: to ip_queue, or on kernels without it to NFQUEUE 0. iptables-nft refuses it. */
    public static QueueRule manPage(AnswerMatch answers) {
        return new QueueRule(List.of(rule(answers, List.of("-j", "QUEUE"))), List.of());
    }

    /** Those of these rules that others do not have. */
    public QueueRule without(QueueRule others) {
        return new QueueRule(
                specifications.stream()
                        .filter(words -> !others.specifications.contains(words))
                        .toList(),
                nft.stream().filter(words -> !others.nft.contains(words)).toList());
    }

    private static List<String> rule(AnswerMatch answers, List<String> rest) {
        List<String> words = new ArrayList<>(answers.words());
        words.addAll(rest);
        return List.copyOf(words);
    }

    /** Whether some tools refuse these rules: only the old kind of iptables knows {@code -j QUEUE}. */
    public boolean needsLegacyTool() {
        return specifications.stream()
                .anyMatch(words -> words.get(words.size() - 1).equals("QUEUE"));
    }
}
