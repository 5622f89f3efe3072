package dev.intercept.session;

/**
 * A response that waits for its route.
 *
 * @param client the address and port that it goes to, as {@link SessionKey} packs them
 * @param target those that it comes from
 * @param parkedS when it came, in seconds of {@link SessionClock}
 */
public record ParkedHeader(long client, long target, int parkedS) {}
