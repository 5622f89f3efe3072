package dev.intercept.tc;

import java.util.Locale;

/** Where on a device a filter sees packets: as they leave through it, or as they come in. */
public enum Direction {
    EGRESS(0xffff_fff3),
    INGRESS(0xffff_fff2);

    /** linux/pkt_sched.h: TC_H_CLSACT and TC_H_MIN_EGRESS or TC_H_MIN_INGRESS. */
    private final int parent;

    Direction(int parent) {
        this.parent = parent;
    }

    int parent() {
        return parent;
    }

    /** The way back. */
    public Direction opposite() {
        return this == EGRESS ? INGRESS : EGRESS;
    }

    /** {@code "egress"} */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
