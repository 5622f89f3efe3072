package dev.intercept.ebpf;

import dev.intercept.bpf.BpfMap;
import dev.intercept.bpf.MappedMemory;
import dev.intercept.netlink.SystemCallException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** {@link ControlLayout} of the capture whose maps are gone on with. Its program counts there until the next one is attached. */
final class FormerControl implements AutoCloseable {

    private static final VarHandle INT64 = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final int lanes;
    private final BpfMap map;
    private final MappedMemory memory;

    /** @param map closed when this fails */
    FormerControl(BpfMap map, int lanes) throws SystemCallException {
        this.lanes = lanes;
        this.map = map;
        try {
            memory = MappedMemory.ofValue(map, ControlLayout.bytes(lanes));
        } catch (SystemCallException e) {
            map.close();
            throw e;
        }
    }

    /**
     * Before the next program is attached: the routes are those of before.
     *
     * @param control that of the next program
     * @param allUntil what {@link ControlLayout#ALL_UNTIL} is to be where the kernel had not all routes
     */
    void begin(ByteBuffer control, long allUntil) {
        ByteBuffer former = memory.buffer();
        boolean isUnlisted = former.getLong(ControlLayout.UNLISTED) != 0;
        control.putLong(ControlLayout.ALL_UNTIL, isUnlisted ? allUntil : former.getLong(ControlLayout.ALL_UNTIL));
        control.putInt(ControlLayout.OPEN_ROUTES, former.getInt(ControlLayout.OPEN_ROUTES));
        for (int lane = 0; lane < lanes; lane++) {
            control.putLong(ControlLayout.received(lane), former.getLong(ControlLayout.received(lane)));
        }
    }

    /** Once it is attached: counts go on. */
    void end(ByteBuffer control) {
        carry(control, ControlLayout.STOPPED_UNLISTED);
        for (int lane = 0; lane < lanes; lane++) {
            carry(control, ControlLayout.lost(lane));
        }
    }

    private void carry(ByteBuffer control, int count) {
        INT64.getAndAdd(control, count, (long) INT64.getVolatile(memory.buffer(), count));
    }

    @Override
    public void close() {
        memory.close();
        map.close();
    }
}
