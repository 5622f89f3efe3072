package dev.intercept.pcap.link;

/** One kind of header in a frame: steps over itself and says what follows. Stateless; any thread. */
@FunctionalInterface
interface Layer {

    /**
     * Looks at the header where {@code walk} stands, and moves {@code walk} behind it.
     *
     * @return the layer that follows, or the {@link End} of the walk
     */
    Layer step(Walk walk);

    /** A header of fixed size of which nothing matters. */
    static Layer skip(int bytes, Layer next) {
        return walk -> walk.skip(bytes, next);
    }
}
