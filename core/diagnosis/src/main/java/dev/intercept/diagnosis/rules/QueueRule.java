package dev.intercept.diagnosis.rules;

import dev.intercept.spi.CaptureRules;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules of the OUTPUT chain that one backend needs for one target, in their order.
 *
 * @param specifications each as iptables' words behind the chain's name; empty for a backend that needs none
 */
public record QueueRule(List<List<String>> specifications) {

    /** For a backend that no rule feeds. */
    public static final QueueRule NONE = new QueueRule(List.of());

    /** @param passList destinations, in numbers, to be left alone whether or not intercept runs */
    public static QueueRule of(CaptureRules needed, AnswerMatch answers, List<String> passList) {
        List<List<String>> rules = new ArrayList<>();
        passList.forEach(passed -> rules.add(rule(answers, List.of("-d", passed, "-j", "ACCEPT"))));
        needed.iptables().forEach(words -> rules.add(rule(answers, words)));
        return new QueueRule(rules);
    }

    /** The man page's own rule: to ip_queue, or on kernels without it to NFQUEUE 0. iptables-nft refuses it. */
    public static QueueRule manPage(AnswerMatch answers) {
        return new QueueRule(List.of(rule(answers, List.of("-j", "QUEUE"))));
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

    /** The commands that insert these rules before all others, each as its words. */
    public List<List<String>> insertion(String tool) {
        List<List<String>> commands = new ArrayList<>();
        for (int i = 0; i < specifications.size(); i++) {
            List<String> command = new ArrayList<>(List.of(tool, "-I", "OUTPUT", Integer.toString(i + 1)));
            command.addAll(specifications.get(i));
            commands.add(command);
        }
        return commands;
    }
}
