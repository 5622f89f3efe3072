package dev.intercept.tcpcopy;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Supplier;

/** Recognises a client's generation by the first 8 bytes it sends. */
final class FirstRecord {

    /** Enough to distinguish every generation from the others and from other programs. */
    static final int RECOGNITION_BYTES = 8;

    /** Set by some builds of 0.9.2 to 0.9.10 in the version of their opening record. */
    private static final int ADVANCED_FLAG = 0x8000;

    private static final int OLDEST_OPENING_VERSION = 3;

    private FirstRecord() {}

    /**
     * @param first a big-endian buffer with the bytes from index 0
     * @param alike says which of the generations it is that begin like 0.7
     * @throws ProtocolException when no tcpcopy begins like this
     */
    static TunnelFormat recognise(ByteBuffer first, ProtocolOptions options, Supplier<Conclusion> alike)
            throws ProtocolException {
        if (StrangeBytes.looksLikeTls(first)) {
            throw StrangeBytes.refusal(first);
        }
        int type = first.getShort(RecordLayout.TYPE_OFFSET) & 0xffff;
        if (first.getInt(0) == 0 && first.getShort(RecordLayout.CLIENT_PORT_OFFSET) == 0) {
            return opening(type & ~ADVANCED_FLAG, first, options);
        }
        return switch (type) {
            case 0x0100, 0x0200 -> TunnelFormat.of(Generation.V0_6, options);
            case 0x0001, 0x0002 -> reversed(options, alike);
            default -> throw StrangeBytes.refusal(first);
        };
    }

    private static TunnelFormat opening(int version, ByteBuffer first, ProtocolOptions options)
            throws ProtocolException {
        if (version < OLDEST_OPENING_VERSION) {
            throw StrangeBytes.refusal(first);
        }
        Optional<Generation> known = Generation.all().stream()
                .filter(g -> g.openingVersion() == version)
                .findFirst();
        Optional<Generation> forced = options.forced().filter(Generation::opens);
        if (forced.isPresent() && !forced.equals(known)) {
            return TunnelFormat.of(
                    forced.get(),
                    options,
                    Optional.of("the client's opening record names version " + version + ", but --generation="
                            + forced.get() + " forces another; leave the option out to go by the record"));
        }
        if (known.isEmpty()) {
            return TunnelFormat.of(
                    Generation.V1,
                    options,
                    Optional.of(
                            "the client's opening record names version " + version
                                    + ", which is not known here, and is served as 1.x; if it reports errors, try --generation=5"));
        }
        return TunnelFormat.of(known.get(), options);
    }

    private static TunnelFormat reversed(ProtocolOptions options, Supplier<Conclusion> alike) {
        return options.forced()
                .filter(Generation.V0_7::beginsLike)
                .map(forced -> TunnelFormat.of(forced, options))
                .orElseGet(() -> TunnelFormat.of(decided(alike.get(), options), options));
    }

    /** Without counts there are no empty batches for 0.8 to take, so 0.8 and 0.9.0 cannot be served alike. */
    private static Conclusion decided(Conclusion conclusion, ProtocolOptions options) {
        boolean isUndecided =
                conclusion.generation() == Generation.V0_8_OR_V0_9 && !options.combines(conclusion.generation());
        return isUndecided ? Conclusion.UNDECIDED_WITHOUT_COUNTS : conclusion;
    }
}
