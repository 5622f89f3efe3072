package dev.intercept.diagnosis.watch;

import dev.intercept.InterceptConfig;
import dev.intercept.answers.AnswerMeter;
import dev.intercept.answers.Sampling;
import dev.intercept.answers.TargetPicture;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.ListenQueues;
import dev.intercept.diagnosis.TextHost;
import dev.intercept.diagnosis.check.AnswerRules;
import dev.intercept.diagnosis.check.CheckScope;
import dev.intercept.kit.FakeLane;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RecordingLogger;
import dev.intercept.server.Takeovers;
import dev.intercept.session.ParkedHeader;
import dev.intercept.session.SessionLimits;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.PortSet;
import dev.intercept.stats.PortTally;
import dev.intercept.stats.Statistics;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** A watch over counters that a test moves; time is moved by hand. */
abstract class WatchScene {

    static final int TARGET = PacketBuilder.address("198.51.100.1");
    /** The port that an intercept got which asked for any. */
    static final int TOOK = 41234;

    static final int CONTAINER = PacketBuilder.address("172.17.0.2");

    private static final CheckScope SCOPE = new CheckScope(
            InterceptConfig.builder().backendName("nfqueue").build(),
            BackendRegistry.load(List.of()),
            Optional.empty(),
            OptionalInt.empty());

    final Counters counters = new Counters();
    final FakeLane lane = new FakeLane();
    final PortTally unrouted = new PortTally();
    final PortTally refusing = new PortTally();
    final PortTally targets = new PortTally();
    final PortSet forwarded = new PortSet();
    final TextHost host = new TextHost();
    final RecordingLogger logger = new RecordingLogger();
    long nowNs = 7;
    int sessions;
    List<Finding> hostFindings = List.of();
    int hostLooks;
    boolean isConnected = true;
    InterceptConfig config = InterceptConfig.builder().port(0).build();
    List<ParkedHeader> parked = List.of();
    final Map<Long, Long> targetsOfClients = new HashMap<>();
    final Takeovers takeovers = new Takeovers();
    int longestExpiredIdleS;

    final FindingBoard board = new FindingBoard(logger, () -> nowNs);
    final Sampling sampling = new Sampling();
    final AnswerMeter answers = new AnswerMeter(sampling, () -> nowNs);
    private final Watch watch = new Watch(
            new WatchInputs(
                    InterceptConfig.builder().port(0).build(),
                    new InetSocketAddress(TOOK),
                    new Statistics(List.of(counters), List.of(lane), () -> sessions, () -> 0, () -> 0),
                    List.of(lane),
                    () -> isConnected,
                    List::of,
                    List.of(unrouted),
                    List.of(refusing),
                    new TargetPorts(targets, List.of(forwarded), () -> config),
                    () -> parked,
                    client -> targetsOfClients.getOrDefault(client, 0L),
                    () -> longestExpiredIdleS,
                    SessionLimits.SESSIONS_LIMIT,
                    takeovers,
                    () -> TargetPicture.of(sampling, List.of(answers)),
                    new ListenQueues(host)),
            board,
            this::lookAtHost,
            () -> AnswerRules.read(host, SCOPE),
            () -> nowNs);

    private List<Finding> lookAtHost() {
        hostLooks++;
        return hostFindings;
    }

    void passSeconds(int seconds) {
        for (int i = 0; i < seconds; i++) {
            nowNs += TimeUnit.SECONDS.toNanos(1);
            watch.look();
        }
    }

    List<FindingId> active() {
        return board.active().stream().map(Finding::id).toList();
    }

    Finding finding(FindingId id) {
        return board.active().stream()
                .filter(finding -> finding.id() == id)
                .findFirst()
                .orElseThrow(() -> new AssertionError("not there: " + id + " in " + board.active()));
    }

    void addRoutes(int routes) {
        counters.add(Counter.ROUTES_ADDED, routes);
        sessions += routes;
    }

    void takeOver(int sessionsTaken, String by, String from) {
        for (int i = 0; i < sessionsTaken; i++) {
            counters.increment(Counter.ROUTES_TAKEN_OVER);
            takeovers.count(by, from);
        }
    }

    void loseUnrouted(int packets, int port, int address) {
        for (int i = 0; i < packets; i++) {
            counters.increment(Counter.NO_ROUTE);
            unrouted.count(port, address);
        }
    }
}
