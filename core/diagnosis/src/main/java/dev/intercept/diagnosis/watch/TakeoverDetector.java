package dev.intercept.diagnosis.watch;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.server.Takeovers;
import dev.intercept.server.Takeovers.Takeover;
import dev.intercept.server.Tunnel;
import dev.intercept.stats.Counter;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Sessions that a host's tcpcopy claims while another's has them: two copy the same clients, or somebody steals answers. */
final class TakeoverDetector implements Detector {

    /** Fewer in the window are chance: a client that uses its port again for another online server. */
    private static final int MIN_COUNT = 3;

    /** Less than one in this many routes is chance too. */
    private static final int SHARE = 1000;

    private static final int NAMED = 3;

    private final Takeovers takeovers;
    private final Supplier<Collection<Tunnel>> tunnels;

    TakeoverDetector(Takeovers takeovers, Supplier<Collection<Tunnel>> tunnels) {
        this.takeovers = takeovers;
        this.tunnels = tunnels;
    }

    @Override
    public void look(Reading now, Reading windowStart, FindingBoard board) {
        long count = now.since(windowStart, Counter.ROUTES_TAKEN_OVER);
        List<Takeover> all = takeovers.all();
        if (count >= MIN_COUNT && count * SHARE >= now.since(windowStart, Counter.ROUTES_ADDED) && !all.isEmpty()) {
            board.raise(Finding.warn(FindingId.SESSIONS_STOLEN, fact(count, all), remedy(all.get(0))));
            return;
        }
        board.clear(FindingId.SESSIONS_STOLEN, "");
        if (count == 0) {
            takeovers.restart();
        }
    }

    private static String fact(long count, List<Takeover> all) {
        return count + " sessions were taken over in " + WINDOW_S + " s: "
                + all.stream()
                        .limit(NAMED)
                        .map(each -> each.by() + " added " + each.sessions() + " that " + each.from() + " had")
                        .collect(Collectors.joining(", "));
    }

    private String remedy(Takeover worst) {
        return "intercept" + allowAllBut(worst.by(), worst.from()) + "  # if nobody but these may claim answers; if "
                + worst.by()
                + " is a tcpcopy of yours for the same clients: stop one, or give each an intercept of its own";
    }

    private String allowAllBut(String thief, String robbed) {
        TreeSet<String> others = Stream.concat(
                        Stream.of(robbed), tunnels.get().stream().map(Tunnel::peerAddress))
                .collect(Collectors.toCollection(TreeSet::new));
        others.remove(thief);
        return others.stream().map(address -> " --allow=" + address).collect(Collectors.joining());
    }
}
