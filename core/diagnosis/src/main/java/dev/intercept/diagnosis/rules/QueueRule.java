package dev.intercept.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The rules of the OUTPUT chain that one backend needs, in their order; each as iptables' words behind the chain's name.
 * The one place that knows which backend needs which rule.
 *
 * @param specifications empty for a backend that needs none
 * @param stopsAnswers whether the answers end at these rules or at the verdict of the backend behind them
 */
public record QueueRule(List<List<String>> specifications, boolean stopsAnswers) {

    /** The backend of the man page's own rule. */
    static final String IP_QUEUE = "ipqueue";

    private static final String QUEUE = "--queue";
    private static final String NFLOG_GROUP = "--nflog-group";
    private static final String COPY_RANGE = "--copy-range";

    /** Options of backends that rules depend on, by first name. */
    public static final Set<String> OPTIONS = Set.of(QUEUE, NFLOG_GROUP, COPY_RANGE);

    /** Bytes of each packet that NFLOG copies unless told otherwise: both headers with all options. */
    private static final String NFLOG_BYTES = "128";

    /** Packets that NFLOG collects at most before it hands them up; the backend asks for fewer when traffic is light. */
    private static final String NFLOG_THRESHOLD = "64";

    /**
     * A queue that nobody listens on: what is sent there is gone. A DROP would tell the target's own TCP that its packet was
     * not sent; it would then refuse the client's acknowledgement and send again and again.
     */
    public static final String NOBODYS_QUEUE = "65535";

    /**
     * What the backend needs.
     *
     * @param backend its name
     * @param options the backend's, by first name; {@link #OPTIONS} matter
     * @param passList destinations, in numbers, to be left alone whether or not intercept runs
     * @return empty for a backend that this table does not know, a plug-in's
     * @throws IllegalArgumentException with a text for the user when a queue or group cannot be meant
     */
    public static Optional<QueueRule> of(
            String backend, Map<String, String> options, AnswerMatch answers, List<String> passList) {
        List<List<String>> rules = new ArrayList<>();
        for (String passed : passList) {
            rules.add(rule(answers, "-d", passed, "-j", "ACCEPT"));
        }
        switch (backend) {
            case IP_QUEUE -> rules.addAll(manPage(answers).specifications);
            case "nfqueue" -> rules.add(nfqueue(answers, options.getOrDefault(QUEUE, "0")));
            case "nflog" -> rules.addAll(nflog(answers, options));
            case "pcap" -> {
                return Optional.of(new QueueRule(List.of(), false));
            }
            default -> {
                return Optional.empty();
            }
        }
        return Optional.of(new QueueRule(rules, true));
    }

    /** The man page's own rule: to ip_queue, or on kernels without it to NFQUEUE 0. iptables-nft refuses it. */
    public static QueueRule manPage(AnswerMatch answers) {
        return new QueueRule(List.of(rule(answers, "-j", "QUEUE")), true);
    }

    /** One queue, {@code "3"}, or a range with equal shares, {@code "0:3"}. */
    private static List<String> nfqueue(AnswerMatch answers, String queues) {
        NumberRange range = NumberRange.parse(QUEUE, queues);
        return rule(answers, "-j", "NFQUEUE", range.isOne() ? "--queue-num" : "--queue-balance", range.toString());
    }

    private static List<List<String>> nflog(AnswerMatch answers, Map<String, String> options) {
        NumberRange group = NumberRange.parseOne(NFLOG_GROUP, options.getOrDefault(NFLOG_GROUP, "0"));
        NumberRange bytes = NumberRange.parseOne(COPY_RANGE, options.getOrDefault(COPY_RANGE, NFLOG_BYTES));
        List<String> logging = rule(
                answers,
                "-j",
                "NFLOG",
                NFLOG_GROUP,
                group.toString(),
                "--nflog-size",
                bytes.toString(),
                "--nflog-threshold",
                NFLOG_THRESHOLD);
        return List.of(logging, rule(answers, "-j", "NFQUEUE", "--queue-num", NOBODYS_QUEUE));
    }

    private static List<String> rule(AnswerMatch answers, String... rest) {
        List<String> words = new ArrayList<>(answers.words());
        words.addAll(List.of(rest));
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
