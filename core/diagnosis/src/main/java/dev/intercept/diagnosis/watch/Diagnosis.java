package dev.intercept.diagnosis.watch;

import dev.intercept.Intercept;
import dev.intercept.capture.CaptureSigns;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.LocalHost;
import dev.intercept.diagnosis.check.AnswerRules;
import dev.intercept.diagnosis.check.CheckScope;
import dev.intercept.diagnosis.check.HostCheck;
import java.util.List;

/**
 * The diagnosis of one intercept that runs: a {@link Watch} that looks every second on its statistics thread, for as long as
 * it runs, and the findings that stand.
 */
public final class Diagnosis {

    private final FindingBoard board;

    private Diagnosis(FindingBoard board) {
        this.board = board;
    }

    /** Begins to watch. */
    public static Diagnosis of(Intercept intercept) {
        FindingBoard board = new FindingBoard(System.getLogger(Diagnosis.class.getName()), intercept.nanoClock());
        WatchInputs inputs = inputs(intercept);
        Watch watch = new Watch(
                inputs,
                board,
                () -> HostCheck.look(new LocalHost(), scope(intercept, inputs)),
                () -> AnswerRules.read(new LocalHost(), scope(intercept, inputs)),
                intercept.nanoClock());
        intercept.every(Watch.INTERVAL_S, watch::look);
        return new Diagnosis(board);
    }

    private static WatchInputs inputs(Intercept intercept) {
        List<CaptureSigns> signs = intercept.captureSigns();
        return new WatchInputs(
                intercept.statistics(),
                intercept.statistics().lanes(),
                intercept::tunnels,
                signs.stream().map(CaptureSigns::unroutedPorts).toList(),
                signs.stream().map(CaptureSigns::refusingPorts).toList(),
                new TargetPorts(
                        intercept.routeSigns().targets(),
                        signs.stream().map(CaptureSigns::forwardedPorts).toList()));
    }

    private static CheckScope scope(Intercept intercept, WatchInputs inputs) {
        return CheckScope.ofRunning(
                intercept.config(), intercept.registry(), intercept.backendName(), inputs.targetPort());
    }

    /** What is wrong at this moment. Any thread. */
    public List<Finding> findings() {
        return board.active();
    }
}
