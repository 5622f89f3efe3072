package dev.intercept.bpf;

import dev.intercept.netlink.SystemCallException;

/** A map, by its descriptor. It lives as long as a descriptor or a program leads to it. */
public record BpfMap(String name, int fd) implements AutoCloseable {

    /** linux/bpf.h: kinds and flags. */
    private static final int HASH = 1;

    private static final int ARRAY = 2;

    private static final int LRU_HASH = 9;
    private static final int LPM_TRIE = 11;
    private static final int RINGBUF = 27;
    private static final int BPF_F_NO_PREALLOC = 1;
    private static final int BPF_F_MMAPABLE = 1 << 10;

    /** An array of one value, which can be mapped into memory. Linux 5.5 and later. */
    public static BpfMap mappable(String name, int valueBytes) throws SystemCallException {
        return create(name, ARRAY, Integer.BYTES, valueBytes, 1, BPF_F_MMAPABLE);
    }

    /** A hash table that refuses what it has no room for; its elements take memory when they come. */
    public static BpfMap hash(String name, int keyBytes, int valueBytes, int entries) throws SystemCallException {
        return create(name, HASH, keyBytes, valueBytes, entries, BPF_F_NO_PREALLOC);
    }

    /** A hash table that forgets what was not used for longest. */
    public static BpfMap lruHash(String name, int keyBytes, int valueBytes, int entries) throws SystemCallException {
        return create(name, LRU_HASH, keyBytes, valueBytes, entries, 0);
    }

    /** Networks; a look-up finds the longest that holds an address. The key is the prefix length (4 bytes), then the address. */
    public static BpfMap networks(String name, int addressBytes, int entries) throws SystemCallException {
        return create(name, LPM_TRIE, Integer.BYTES + addressBytes, 1, entries, BPF_F_NO_PREALLOC);
    }

    /** @param bytes a power of two, at least a page. Linux 5.8 and later */
    public static BpfMap ring(String name, int bytes) throws SystemCallException {
        return create(name, RINGBUF, 0, 0, bytes, 0);
    }

    private static BpfMap create(String name, int kind, int keyBytes, int valueBytes, int entries, int flags)
            throws SystemCallException {
        Attributes attributes = new Attributes()
                .int32(0, kind)
                .int32(4, keyBytes)
                .int32(8, valueBytes)
                .int32(12, entries)
                .int32(16, flags)
                .name(28, name);
        return new BpfMap(name, Bpf.call("BPF_MAP_CREATE of " + name, Bpf.BPF_MAP_CREATE, attributes));
    }

    public void put(byte[] key, byte[] value) throws SystemCallException {
        Attributes attributes = key(key).pointer(16, Attributes.memory(value));
        Bpf.call("BPF_MAP_UPDATE_ELEM of " + name, Bpf.BPF_MAP_UPDATE_ELEM, attributes);
    }

    /** Does nothing where there is no such element. */
    public void delete(byte[] key) {
        Bpf.attempt(Bpf.BPF_MAP_DELETE_ELEM, key(key));
    }

    private Attributes key(byte[] key) {
        return new Attributes().int32(0, fd).pointer(8, Attributes.memory(key));
    }

    @Override
    public void close() {
        Bpf.close(fd);
    }
}
