package dev.intercept.selftest;

import dev.intercept.ExitCode;
import dev.intercept.diagnosis.rules.AnswerMatch;
import dev.intercept.diagnosis.rules.QueueRule;
import dev.intercept.kit.TestNetwork;
import dev.intercept.tcpcopy.Generation;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How the intercept under test is started, and which rule feeds it: both follow from the options of the selftest. */
final class InterceptCommandLine {

    static final InetSocketAddress ADDRESS = new InetSocketAddress("127.0.0.1", 36524);

    /** Makes it say "ready" on its standard output once it captures, as {@code -d} does with the daemon. */
    private static final String REPORT_READY = "--detached";

    private static final String PCAP = "pcap";
    private static final AnswerMatch ANSWERS =
            new AnswerMatch(Optional.of(TestNetwork.TARGET), PrivateNetwork.TARGET_PORT);

    private final SelftestOptions options;

    InterceptCommandLine(SelftestOptions options) {
        this.options = options;
    }

    /** The arguments, the user's own last: they win. */
    List<String> arguments() {
        List<String> words = new ArrayList<>(List.of(REPORT_READY, "--bind", ADDRESS.getHostString()));
        words.addAll(List.of("--port", Integer.toString(ADDRESS.getPort())));
        options.backend().ifPresent(name -> words.add("--backend=" + name));
        if (options.backend().equals(Optional.of(PCAP))) {
            words.addAll(pcapArguments(options.namedValues()));
        }
        if (cannotBeRecognised(options.generation())) {
            words.add("--generation=" + options.generation().name());
        }
        words.addAll(options.interceptOptions());
        return words;
    }

    /** On the clients' side of the wire, where the answers of a target arrive at an assistant host. */
    private static List<String> pcapArguments(Map<String, String> given) {
        List<String> words = new ArrayList<>();
        if (!given.containsKey("--interface") && !given.containsKey("-i")) {
            words.addAll(List.of("--interface", TestNetwork.WIRE_DEVICE));
        }
        if (!given.containsKey("--filter") && !given.containsKey("-F")) {
            words.addAll(List.of(
                    "--filter",
                    "tcp and src host " + TestNetwork.TARGET + " and src port " + PrivateNetwork.TARGET_PORT));
        }
        return words;
    }

    /** The connections that tell those apart which begin alike are as many here as the user says. */
    private static boolean cannotBeRecognised(Generation generation) {
        return Generation.all().stream().filter(generation::beginsLike).count() > 1 && !generation.opens();
    }

    /**
     * Rules of which any one feeds the backend, the best first.
     *
     * @throws SelftestException for a backend without a known rule
     */
    List<QueueRule> rules() throws SelftestException {
        Map<String, String> values = options.namedValues();
        Optional<String> backend = options.backend();
        if (backend.isPresent()) {
            QueueRule rule =
                    QueueRule.of(backend.get(), values, ANSWERS, List.of()).orElseThrow(() -> unknown(backend.get()));
            return List.of(rule);
        }
        QueueRule nfqueue = QueueRule.of("nfqueue", values, ANSWERS, List.of()).orElseThrow();
        return values.containsKey("--queue") ? List.of(nfqueue) : List.of(QueueRule.manPage(ANSWERS), nfqueue);
    }

    private static SelftestException unknown(String backend) {
        return new SelftestException(
                Step.RULE,
                "no rule is known that would feed backend " + backend,
                "name ipqueue, nfqueue, nflog or pcap; for all backends see intercept --list-backends",
                ExitCode.USAGE.code(),
                List.of());
    }
}
