package dev.intercept.tcpcopy;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Memory outside the heap that is released at once, instead of when a collector comes by. Any thread. */
final class DirectMemory {

    /** {@code sun.misc.Unsafe.invokeCleaner}, or null where the runtime has none: then the collector releases memory after all. */
    private static final @Nullable MethodHandle RELEASE = findRelease();

    private DirectMemory() {}

    private static @Nullable MethodHandle findRelease() {
        try {
            Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(unsafe, MethodHandles.lookup());
            Object instance =
                    lookup.findStaticGetter(unsafe, "theUnsafe", unsafe).invoke();
            return lookup.findVirtual(unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
                    .bindTo(instance);
        } catch (Throwable e) {
            return null;
        }
    }

    /** @param memory from {@link ByteBuffer#allocateDirect}; neither it nor a view of it may be used any more */
    static void release(ByteBuffer memory) {
        if (RELEASE == null) {
            return;
        }
        try {
            RELEASE.invokeExact(memory);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
