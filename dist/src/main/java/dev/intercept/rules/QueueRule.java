package dev.intercept.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rules of the OUTPUT chain that one backend needs, in their order; each as iptables' words behind the chain's name.
 * The one place that knows which backend needs which rule.
 *
 * @param specifications empty for a backend that needs none
 * @param stopsAnswers whether the answers end at these rules or at the verdict of the backend behind them
 */
public record QueueRule(List<List<String>> specifications, boolean stopsAnswers) {

    private static final String QUEUE = "--queue";
    private static final String NFLOG_GROUP = "--nflog-group";

    /** Bytes of each packet that NFLOG copies: both headers with all options. */
    private static final String NFLOG_BYTES = "128";

    /** Packets that NFLOG collects before it hands them up. */
    private static final String NFLOG_THRESHOLD = "64";

    /**
     * What the backend needs.
     *
     * @param backend its name
     * @param options the backend's, by first name; {@code --queue} and {@code --nflog-group} matter
     * @param passList destinations, in numbers, to be left alone where the rules decide and not the backend
     * @return empty for a backend that this table does not know, a plug-in's
     */
    public static Optional<QueueRule> of(
            String backend, Map<String, String> options, AnswerMatch answers, List<String> passList) {
        return switch (backend) {
            case "ipqueue" -> Optional.of(manPage(answers));
            case "nfqueue" -> Optional.of(nfqueue(answers, options.getOrDefault(QUEUE, "0")));
            case "nflog" -> Optional.of(nflog(answers, options.getOrDefault(NFLOG_GROUP, "0"), passList));
            case "pcap" -> Optional.of(new QueueRule(List.of(), false));
            default -> Optional.empty();
        };
    }

    /** The man page's own rule: to ip_queue, or on kernels without it to NFQUEUE 0. iptables-nft refuses it. */
    public static QueueRule manPage(AnswerMatch answers) {
        return new QueueRule(List.of(rule(answers, "-j", "QUEUE")), true);
    }

    /** One queue, {@code "3"}, or a range with equal shares, {@code "0:3"}. */
    private static QueueRule nfqueue(AnswerMatch answers, String queues) {
        String option = queues.contains(":") ? "--queue-balance" : "--queue-num";
        return new QueueRule(List.of(rule(answers, "-j", "NFQUEUE", option, queues)), true);
    }

    private static QueueRule nflog(AnswerMatch answers, String group, List<String> passList) {
        List<List<String>> rules = new ArrayList<>();
        for (String passed : passList) {
            rules.add(rule(answers, "-d", passed, "-j", "ACCEPT"));
        }
        rules.add(rule(
                answers,
                "-j",
                "NFLOG",
                "--nflog-group",
                group,
                "--nflog-size",
                NFLOG_BYTES,
                "--nflog-threshold",
                NFLOG_THRESHOLD));
        rules.add(rule(answers, "-j", "DROP"));
        return new QueueRule(rules, true);
    }

    private static List<String> rule(AnswerMatch answers, String... rest) {
        List<String> words = new ArrayList<>(answers.words());
        words.addAll(List.of(rest));
        return List.copyOf(words);
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
