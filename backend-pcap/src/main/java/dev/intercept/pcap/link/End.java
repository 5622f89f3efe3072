package dev.intercept.pcap.link;

/** How a walk through a frame's headers ends. */
enum End implements Layer {
    /** At an IP packet. */
    IP,
    /** At something else, which {@link Walk#other} named. */
    OTHER,
    /** Behind the last captured byte. */
    CUT_SHORT;

    @Override
    public Layer step(Walk walk) {
        throw new IllegalStateException("the walk has ended: " + this);
    }
}
