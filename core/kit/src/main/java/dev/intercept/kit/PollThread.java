package dev.intercept.kit;

import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.Verdict;
import java.util.concurrent.FutureTask;

/** One poll on a thread of its own, which waits longer than any rule has patience. */
final class PollThread {

    private static final int POLL_MS = ContractBench.LONG_MS;

    private final FutureTask<Integer> poll;
    private final Thread thread;

    private PollThread(CaptureBackend backend) {
        poll = new FutureTask<>(() -> backend.poll(packet -> Verdict.DROP, 64, POLL_MS));
        thread = new Thread(poll, "contract-poll");
        thread.setDaemon(true);
    }

    /** Starts the poll and gives it time to begin waiting; a rule holds whether or not it does by then. */
    static PollThread waiting(CaptureBackend backend) throws InterruptedException {
        PollThread started = new PollThread(backend);
        started.thread.start();
        started.thread.join(ContractBench.SHORT_MS);
        return started;
    }

    /** What the poll returned; waits for its end. */
    Integer result() throws Exception {
        return poll.get();
    }
}
