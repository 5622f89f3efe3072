package dev.intercept.tcpcopy;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns one client's bytes, however the network split them, into records. Allocates nothing per record.
 *
 * <p>Whole records are read where they are; of an incomplete one at most 13 bytes are held until the rest comes.
 *
 * <p>Thread rule: one thread at a time, that which reads the tunnel.
 */
public final class ClientDecoder {

    private final ProtocolOptions options;
    private final Supplier<Conclusion> alike;
    private final ByteBuffer held = ByteBuffer.allocate(RecordLayout.LONG_BYTES);
    private int wantedBytes = FirstRecord.RECOGNITION_BYTES;

    /** Both since the generation was recognised. */
    @SuppressWarnings("NullAway.Init")
    private TunnelFormat format;

    @SuppressWarnings("NullAway.Init")
    private RecordLayout records;

    private boolean opened;

    public ClientDecoder(ProtocolOptions options) {
        this(options, () -> Conclusion.ASSUMED);
    }

    /** @param alike asked at most once, when the first record is one of 0.7, 0.8 or 0.9.0 and no option says which */
    public ClientDecoder(ProtocolOptions options, Supplier<Conclusion> alike) {
        this.options = options;
        this.alike = alike;
    }

    /**
     * To be called once, before anything is decoded. A client up to 0.9.0 that was built with {@code --single} never says a
     * word: when the options name its generation, its tunnel is open from the start.
     */
    public void accepted(ClientRecords handler) {
        options.forced()
                .filter(generation -> options.single() && !generation.opens())
                .ifPresent(generation -> {
                    format = TunnelFormat.of(generation, options);
                    opened = true;
                    handler.opened(format);
                });
    }

    /**
     * Passes to the handler everything in {@code in}, big-endian, from its position to its limit, and consumes it all. Records of
     * an unknown type are ignored.
     *
     * @throws ProtocolException when the first record is of no known generation; nothing more can be decoded then
     */
    public void decode(ByteBuffer in, ClientRecords handler) throws ProtocolException {
        deliverWhole(in, handler);
        while (hold(in)) {
            if (records == null) {
                recognise();
            }
            if (held.position() == wantedBytes) {
                deliverHeld(handler);
                deliverWhole(in, handler);
            }
        }
    }

    /** Whether the generation is known: {@link #format} may be asked. */
    public boolean recognised() {
        return opened;
    }

    /** Whether an incomplete record is held. */
    public boolean midRecord() {
        return held.position() > 0;
    }

    /** What this client is to be sent; null before it is {@link #recognised}. */
    public @Nullable TunnelFormat format() {
        return opened ? format : null;
    }

    /** Writes what is held of a record and what the client was recognised as, for {@link #restore} of another process. */
    public void save(DataOutput out) throws IOException {
        out.writeBoolean(records != null);
        out.writeByte(held.position());
        out.write(held.array(), 0, held.position());
    }

    /**
     * Goes on where {@link #save} was called.
     *
     * @param recognisedFormat of a client that was recognised; null for others
     */
    public void restore(@Nullable TunnelFormat recognisedFormat, DataInput in) throws IOException {
        boolean hasRecords = in.readBoolean();
        byte[] bytes = new byte[in.readUnsignedByte()];
        in.readFully(bytes);
        if (bytes.length > held.capacity() || hasRecords && recognisedFormat == null) {
            throw new IOException(bytes.length + " bytes of a record");
        }
        held.clear().put(bytes);
        if (recognisedFormat != null) {
            format = recognisedFormat;
            opened = true;
        }
        if (hasRecords) {
            records = format.generation().records();
            wantedBytes = records.bytes();
        }
    }

    private void deliverWhole(ByteBuffer in, ClientRecords handler) {
        if (records == null || midRecord()) {
            return;
        }
        while (in.remaining() >= wantedBytes) {
            int at = in.position();
            in.position(at + wantedBytes);
            records.deliver(in, at, handler);
        }
    }

    private boolean hold(ByteBuffer in) {
        while (in.hasRemaining() && held.position() < wantedBytes) {
            held.put(in.get());
        }
        return held.position() == wantedBytes;
    }

    private void recognise() throws ProtocolException {
        TunnelFormat recognised = FirstRecord.recognise(held, options, alike);
        if (opened && recognised.generation() != format.generation()) {
            throw new ProtocolException(
                    "a client of generation " + recognised.generation() + " on a server started with"
                            + " --single --generation=" + format.generation()
                            + ", which sends to every client unasked; give the "
                            + "clients of each generation a server of their own");
        }
        format = recognised;
        records = format.generation().records();
        wantedBytes = records.bytes();
    }

    /** An opening record has no type that is known, so it is delivered like any other and says nothing more. */
    private void deliverHeld(ClientRecords handler) {
        held.clear();
        if (!opened) {
            opened = true;
            handler.opened(format);
        }
        records.deliver(held, 0, handler);
    }
}
