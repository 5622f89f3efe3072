package dev.intercept.session;

import java.util.concurrent.TimeUnit;

/** The time of sessions: whole seconds of {@link System#nanoTime}'s clock, the same for every thread. */
public final class SessionClock {

    private SessionClock() {}

    /** @param nanoTime what {@link System#nanoTime} gave, or a test's clock */
    public static int seconds(long nanoTime) {
        return (int) TimeUnit.NANOSECONDS.toSeconds(nanoTime);
    }
}
