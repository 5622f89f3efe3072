package dev.intercept.tcpcopy;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.tcpcopy.ProtocolOptions.Combined;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What one tunnel is sent, chosen once when its client is recognised. Immutable, any thread.
 *
 * <pre>
 *   one message, zero padded                              a batch
 *    0 .. 19   IPv4 header without options                 0   count (2), big-endian
 *   20 .. 39   TCP header                                  2   count messages
 *   40 ..      TCP options, as far as the generation has room
 *              with payload: the payload right behind them (1 to 128 bytes, longer ones not at all)
 * </pre>
 */
public final class TunnelFormat {

    /** Most payload that a message carries, and the bytes that messages with payload are longer. */
    public static final int MAX_PAYLOAD_BYTES = 128;

    /** Messages in a batch of clients built with payload. */
    private static final int PAYLOAD_BATCH_LIMIT = 6;

    private final Generation generation;
    private final HeaderRewriting headers;
    private final boolean payload;
    private final boolean single;
    private final int messageBytes;
    private final boolean combined;
    private final int batchLimit;
    private final Optional<String> reason;
    private final Optional<String> notice;

    private TunnelFormat(
            Generation generation, ProtocolOptions options, Optional<String> reason, Optional<String> notice) {
        this.generation = generation;
        headers = generation.headers();
        payload = options.payload();
        single = options.single();
        messageBytes = generation.messageBytes() + (payload ? MAX_PAYLOAD_BYTES : 0);
        combined = options.combines(generation);
        batchLimit = combined ? batchLimit(generation, options) : 1;
        this.reason = reason;
        this.notice = notice;
    }

    private static int batchLimit(Generation generation, ProtocolOptions options) {
        int taken = Math.min(
                generation.batchLimit(), options.payload() ? PAYLOAD_BATCH_LIMIT : ProtocolOptions.NO_BATCH_LIMIT);
        return Math.max(1, Math.min(taken, options.batchLimit()));
    }

    /** What clients of this generation are sent under these options. */
    public static TunnelFormat of(Generation generation, ProtocolOptions options) {
        return new TunnelFormat(generation, options, Optional.empty(), Optional.empty());
    }

    static TunnelFormat of(Generation generation, ProtocolOptions options, Optional<String> notice) {
        return new TunnelFormat(generation, options, Optional.empty(), notice);
    }

    static TunnelFormat of(Conclusion conclusion, ProtocolOptions options) {
        return new TunnelFormat(
                conclusion.generation(), options, Optional.of(conclusion.reason()), conclusion.notice());
    }

    /** Writes it for {@link #restored} of another process, in which the options of the start may be others. */
    public void save(DataOutput out) throws IOException {
        out.writeUTF(generation.name());
        out.writeBoolean(combined);
        out.writeInt(batchLimit);
        out.writeBoolean(payload);
        out.writeBoolean(single);
        out.writeUTF(reason.orElse(""));
        out.writeUTF(notice.orElse(""));
    }

    /**
     * What {@link #save} wrote.
     *
     * @throws IOException when there is no such generation
     */
    public static TunnelFormat restored(DataInput in) throws IOException {
        Generation generation = Generation.restored(in.readUTF());
        Combined combined = in.readBoolean() ? Combined.ON : Combined.OFF;
        int limit = in.readInt();
        ProtocolOptions options =
                new ProtocolOptions(combined, in.readBoolean(), in.readBoolean(), Optional.empty(), limit);
        return new TunnelFormat(generation, options, text(in), text(in));
    }

    private static Optional<String> text(DataInput in) throws IOException {
        return Optional.of(in.readUTF()).filter(text -> !text.isEmpty());
    }

    public Generation generation() {
        return generation;
    }

    /** Bytes of each message, 40 to 208. */
    public int messageBytes() {
        return messageBytes;
    }

    /** Most messages in a batch; 1 where there are none. */
    public int batchLimit() {
        return batchLimit;
    }

    /** Whether messages go in counted batches, be they of one. */
    public boolean combined() {
        return combined;
    }

    /** Whether messages have room for payload. */
    public boolean payload() {
        return payload;
    }

    /** Whether the client sends no ADD and takes its share of all answers instead. */
    public boolean single() {
        return single;
    }

    /**
     * Puts the message for a response at the position of a big-endian buffer, which moves by {@link #messageBytes}. Every one
     * of these bytes is written. Allocates nothing.
     */
    public void write(ResponsePacket response, ByteBuffer out) {
        int at = out.position();
        int used = headers.put(response, out, at);
        if (payload) {
            used += putPayload(response, out, at + used);
        }
        Headers.putZeros(out, at + used, messageBytes - used);
        out.position(at + messageBytes);
    }

    /** Longer payload is left out altogether, as clients expect; so is payload that was not captured whole. */
    private static int putPayload(ResponsePacket response, ByteBuffer out, int at) {
        int payloadBytes = response.payloadBytes();
        int headerBytes = response.ipHeaderBytes() + response.tcpHeaderBytes();
        if (payloadBytes > MAX_PAYLOAD_BYTES || headerBytes + payloadBytes > response.capturedBytes()) {
            return 0;
        }
        out.put(at, response.buffer(), response.offset() + headerBytes, payloadBytes);
        return payloadBytes;
    }

    /** One line for the log: the generation and what is sent. */
    public String describe() {
        return "tcpcopy " + generation.releases() + " (generation " + generation.name() + "): messages of "
                + messageBytes + " bytes" + (payload ? " with payload" : "")
                + (combined() ? ", combined up to " + batchLimit : ", one by one")
                + (single ? ", answers spread without ADD" : "")
                + reason.map(text -> "; " + text).orElse("");
    }

    /** What the operator should know about how the generation was chosen, one line with the option to change it; often empty. */
    public Optional<String> notice() {
        return notice;
    }

    @Override
    public String toString() {
        return describe();
    }
}
