package dev.intercept.nfnetlink;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.intercept.kit.ThrowingRunnable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A thread that has put CAP_NET_ADMIN away, capabilities(7); the rest of the process keeps it. */
public final class WithoutNetAdmin {

    private static final int CAPABILITY_VERSION_3 = 0x20080522;
    private static final int CAP_NET_ADMIN = 12;
    private static final int HEADER_BYTES = 8;

    /** Two of effective, permitted, inheritable. */
    private static final int DATA_BYTES = 24;

    static {
        Native.register(WithoutNetAdmin.class, "c");
    }

    private WithoutNetAdmin() {}

    private static native int capget(Pointer header, Pointer data);

    private static native int capset(Pointer header, Pointer data);

    /** Runs code on such a thread, in the network namespace of the calling one. */
    public static void run(ThrowingRunnable work) throws Throwable {
        CompletableFuture<Void> end = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                putAway();
                work.run();
                end.complete(null);
            } catch (Throwable e) {
                end.completeExceptionally(e);
            }
        });
        thread.start();
        try {
            end.join();
        } catch (CompletionException e) {
            throw e.getCause();
        }
    }

    private static void putAway() {
        try (Memory header = new Memory(HEADER_BYTES);
                Memory data = new Memory(DATA_BYTES)) {
            header.setInt(0, CAPABILITY_VERSION_3);
            header.setInt(4, 0);
            check(capget(header, data));
            data.setInt(0, data.getInt(0) & ~(1 << CAP_NET_ADMIN));
            check(capset(header, data));
        }
    }

    private static void check(int result) {
        if (result < 0) {
            throw new IllegalStateException("capget or capset: errno " + Native.getLastError());
        }
    }
}
