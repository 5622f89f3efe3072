package dev.intercept.bpf;

import java.util.Locale;

/** Functions of the kernel that a program may call, linux/bpf.h. */
public enum Helper {
    MAP_LOOKUP_ELEM(1),
    MAP_UPDATE_ELEM(2),
    KTIME_GET_NS(5),
    SKB_LOAD_BYTES(26),
    RINGBUF_RESERVE(131),
    RINGBUF_SUBMIT(132),
    RINGBUF_DISCARD(133);

    private final int number;

    Helper(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /** As the man page bpf-helpers(7) has it, without its prefix. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
