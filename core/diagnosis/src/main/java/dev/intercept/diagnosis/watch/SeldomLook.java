package dev.intercept.diagnosis.watch;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Something of this host that takes commands to read, so that it is read at most once a minute. */
final class SeldomLook<T> implements Supplier<T> {

    static final long INTERVAL_NS = 60_000_000_000L;

    private final Supplier<T> look;
    private final LongSupplier nanoClock;
    private @Nullable T seen;
    private long seenNs;

    SeldomLook(Supplier<T> look, LongSupplier nanoClock) {
        this.look = look;
        this.nanoClock = nanoClock;
    }

    /** As it was at most a minute ago. */
    @Override
    public T get() {
        long nowNs = nanoClock.getAsLong();
        T last = seen;
        if (last == null || nowNs - seenNs >= INTERVAL_NS) {
            last = look.get();
            seen = last;
            seenNs = nowNs;
        }
        return last;
    }
}
