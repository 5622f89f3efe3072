package dev.intercept.capture;

/**
 * Lets packets gather where they come steadily but few at a time: at 10,000 a second a wake-up, a receive, a verdict and a
 * write for each packet cost several times what its header costs.
 *
 * <p>It waits only when, at the pace of the last batch, at least one packet comes meanwhile. So a lone SYN/ACK is taken at
 * once, and no packet waits longer than {@link #PAUSE_NS}, a fraction of the 2 ms that the original intercept lets a header
 * wait.
 *
 * <p>Thread rule: the capture thread.
 */
final class BatchPacing {

    /** How long packets may gather. With the kernel's timer slack it is some 50 µs more. */
    static final long PAUSE_NS = 150_000;

    /** A batch of this many packets has gathered enough by itself. */
    static final int ENOUGH_PACKETS = CaptureLoop.BATCH_LIMIT / 2;

    private long lastBatchNs;
    private boolean hadBatch;

    /**
     * To be asked after each poll.
     *
     * @param packets how many the poll brought
     * @param nowNs the time after the batch
     * @return how long to let packets gather before the next poll, in nanoseconds; 0 for not at all
     */
    long pauseNs(int packets, long nowNs) {
        if (packets <= 0) {
            return 0;
        }
        boolean isSteady = hadBatch && packets * PAUSE_NS >= nowNs - lastBatchNs;
        hadBatch = true;
        lastBatchNs = nowNs;
        return isSteady && packets < ENOUGH_PACKETS ? PAUSE_NS : 0;
    }
}
