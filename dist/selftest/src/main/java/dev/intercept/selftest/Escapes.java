package dev.intercept.selftest;

/**
 * Packets seen outside the target.
 *
 * @param leaving answers that left towards the clients' network
 * @param comingBack packets that clients sent by themselves: an answer had reached them
 * @param astray answers that went any other way
 */
record Escapes(long leaving, long comingBack, long astray) {

    /**
     * How many packets are where none may be. Where nothing stops answers (capture on the wire), they leave on purpose, and
     * what counts is that they went nowhere else and that nobody answered.
     */
    long forbidden(boolean answersAreStopped) {
        return (answersAreStopped ? leaving : 0) + comingBack + astray;
    }
}
