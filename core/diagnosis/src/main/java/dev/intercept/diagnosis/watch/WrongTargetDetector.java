package dev.intercept.diagnosis.watch;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.session.ParkedHeader;
import dev.intercept.session.SessionClock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Answers that wait for a route, while their client has one that leads another target's answers: the target answers from
 * behind an address translation, as in a container, or tcpcopy was given a wrong target.
 */
final class WrongTargetDetector implements Detector {

    /** Fewer are chance. */
    private static final int MIN_COUNT = 3;

    /** A route and the answer to it race through two sockets; by then the route has come. */
    private static final int RACE_S = 1;

    /** Two ends, as ParkedHeader packs them; an answering address of 0 is any, a named target of 0 none. */
    private record Pair(long answering, long named) {
        boolean isWrong() {
            boolean isAnyAddress = Addresses.address(answering) == 0;
            return named != 0
                    && (Addresses.port(answering) != Addresses.port(named) || !isAnyAddress && answering != named);
        }
    }

    private final Supplier<List<ParkedHeader>> parked;
    private final LongUnaryOperator targetOfClient;

    WrongTargetDetector(Supplier<List<ParkedHeader>> parked, LongUnaryOperator targetOfClient) {
        this.parked = parked;
        this.targetOfClient = targetOfClient;
    }

    @Override
    public void look(Reading now, Reading windowStart, FindingBoard board) {
        int nowS = SessionClock.seconds(now.atNs());
        parked.get().stream()
                .filter(header -> nowS - header.parkedS() > RACE_S && nowS - header.parkedS() <= WINDOW_S)
                .map(header -> new Pair(header.target(), targetOfClient.applyAsLong(header.client())))
                .filter(Pair::isWrong)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
                .entrySet()
                .stream()
                .filter(entry -> entry.getValue() >= MIN_COUNT)
                .max(Comparator.comparingLong(Map.Entry::getValue))
                .ifPresentOrElse(
                        entry -> board.raise(finding(entry.getKey(), entry.getValue())),
                        () -> board.clear(FindingId.WRONG_TARGET, ""));
    }

    private static Finding finding(Pair pair, long count) {
        return Finding.warn(
                FindingId.WRONG_TARGET,
                count + " connections that tcpcopy sent to " + Addresses.endText(pair.named) + " were answered from "
                        + Addresses.endText(pair.answering),
                remedy(pair));
    }

    /** Only addresses can be translated back. */
    private static String remedy(Pair pair) {
        String answering = Addresses.text(Addresses.address(pair.answering));
        return Addresses.port(pair.answering) == Addresses.port(pair.named)
                ? "intercept -D " + answering + "-" + Addresses.text(Addresses.address(pair.named))
                        + "  # the target answers from behind an address translation"
                : "tcpcopy -x ONLINE_PORT-" + Addresses.endText(pair.answering)
                        + "  # on the online server, in place of " + Addresses.endText(pair.named);
    }
}
