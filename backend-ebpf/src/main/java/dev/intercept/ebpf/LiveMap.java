package dev.intercept.ebpf;

import dev.intercept.bpf.BpfMap;
import dev.intercept.netlink.SystemCallException;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * A map whose elements the user may change while the program looks into it, and a word of {@link ControlLayout} that says whether there
 * are any, for without them it does not look.
 *
 * <p>Thread rule: one thread at a time.
 */
final class LiveMap {

    private final BpfMap map;
    private final ByteBuffer control;
    private final int isUsed;
    private Map<ByteBuffer, ByteBuffer> elements = Map.of();

    /** @param isUsed where in the control the word is */
    LiveMap(BpfMap map, ByteBuffer control, int isUsed) {
        this.map = map;
        this.control = control;
        this.isUsed = isUsed;
    }

    /**
     * Puts these elements in the place of those that are there; each packet meanwhile finds what is in both.
     *
     * @param wanted bytes of values by those of keys
     * @throws SystemCallException when the kernel does not take one; those of before are in force then
     */
    void adopt(Map<ByteBuffer, ByteBuffer> wanted) throws SystemCallException {
        Map<ByteBuffer, ByteBuffer> before = elements;
        try {
            putChanged(wanted, before);
        } catch (SystemCallException e) {
            putChanged(before, wanted);
            deleteGone(wanted, before);
            throw e;
        }
        control.putInt(isUsed, wanted.isEmpty() ? 0 : 1);
        deleteGone(before, wanted);
        elements = wanted;
    }

    private void putChanged(Map<ByteBuffer, ByteBuffer> wanted, Map<ByteBuffer, ByteBuffer> there)
            throws SystemCallException {
        for (Map.Entry<ByteBuffer, ByteBuffer> each : wanted.entrySet()) {
            if (!each.getValue().equals(there.get(each.getKey()))) {
                map.put(each.getKey().array(), each.getValue().array());
            }
        }
    }

    private void deleteGone(Map<ByteBuffer, ByteBuffer> there, Map<ByteBuffer, ByteBuffer> wanted) {
        for (ByteBuffer key : there.keySet()) {
            if (!wanted.containsKey(key)) {
                map.delete(key.array());
            }
        }
    }
}
