package dev.intercept.diagnosis.watch;

import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Something of this host that takes commands to read, so that it is read at most once a minute. */
final class SeldomLook<T> implements Supplier<T> {

    static final long INTERVAL_NS = 60_000_000_000L;

    private final Supplier<T> look;
    private final LongSupplier nanoClock;
    private T seen;
    private long seenNs;

    SeldomLook(Supplier<T> look, LongSupplier nanoClock) {
        this.look = look;
        this.nanoClock = nanoClock;
    }

    /** As it was at most a minute ago. */
    @Override
    public T get() {
        long nowNs = nanoClock.getAsLong();
        if (seen == null || nowNs - seenNs >= INTERVAL_NS) {
            seen = look.get();
            seenNs = nowNs;
        }
        return seen;
    }
}
