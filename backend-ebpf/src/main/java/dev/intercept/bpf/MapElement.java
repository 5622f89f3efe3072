package dev.intercept.bpf;

import java.nio.ByteBuffer;

/**
 * Writes one element of a map after the other from the same memory. An error is returned, not thrown: a full map is no surprise.
 *
 * <p>Thread rule: one thread at a time.
 */
public final class MapElement {

    private final ByteBuffer key;
    private final Attributes putting;
    private final Attributes deleting;

    /** The value is zeroes. */
    public MapElement(BpfMap map, int keyBytes, int valueBytes) {
        key = Attributes.memory(new byte[keyBytes]);
        putting = new Attributes()
                .int32(0, map.fd())
                .pointer(8, key)
                .pointer(16, Attributes.memory(new byte[valueBytes]));
        deleting = new Attributes().int32(0, map.fd()).pointer(8, key);
    }

    /** To be filled before each call; native byte order. */
    public ByteBuffer key() {
        return key;
    }

    /** @return 0, or the number of the error */
    public int put() {
        return -Bpf.attempt(Bpf.BPF_MAP_UPDATE_ELEM, putting);
    }

    /** @return 0, or the number of the error: ENOENT when there was no such element */
    public int delete() {
        return -Bpf.attempt(Bpf.BPF_MAP_DELETE_ELEM, deleting);
    }
}
