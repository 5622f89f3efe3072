package dev.intercept.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchReaderTest {

    private static final int MESSAGES = 40;

    @Test
    void shouldReadWhatEachGenerationIsSentHoweverItIsSplit() {
        Random random = new Random(7);
        for (Generation generation : Generation.all()) {
            TunnelFormat format = TunnelFormat.of(generation, ProtocolOptions.DEFAULTS);
            List<TargetSegment> read = readInPieces(stream(format, random), format, random);
            assertEquals(MESSAGES, read.size(), format.describe());
            for (int i = 0; i < MESSAGES; i++) {
                assertEquals(expected(i), read.get(i), format.describe());
            }
        }
    }

    private static PacketBuilder packet(int number) {
        return new PacketBuilder()
                .to("192.0.2." + (1 + number), 10_000 + number)
                .flags(TcpFlags.ACK)
                .sequence(number * 1000)
                .acknowledgement(-number)
                .payload(new byte[number * 10]);
    }

    private static TargetSegment expected(int number) {
        int client = PacketBuilder.address("192.0.2." + (1 + number));
        return new TargetSegment(client, 10_000 + number, number * 1000, -number, TcpFlags.ACK, number * 10);
    }

    private static ByteBuffer stream(TunnelFormat format, Random random) {
        ByteBuffer stream = ByteBuffer.allocate(MESSAGES * (format.messageBytes() + 2));
        ResponsePacket response = new ResponsePacket();
        for (int i = 0; i < MESSAGES; ) {
            int count = format.combined() ? Math.min(MESSAGES - i, 1 + random.nextInt(format.batchLimit())) : 1;
            if (format.combined()) {
                stream.putShort((short) count);
            }
            for (int end = i + count; i < end; i++) {
                response.wrap(packet(i).toBuffer());
                format.write(response, stream);
            }
        }
        return stream.flip();
    }

    private static List<TargetSegment> readInPieces(ByteBuffer stream, TunnelFormat format, Random random) {
        List<TargetSegment> read = new ArrayList<>();
        BatchReader reader = new BatchReader(format);
        ByteBuffer in = ByteBuffer.allocate(stream.remaining());
        while (stream.hasRemaining()) {
            for (int i = 1 + random.nextInt(150); i > 0 && stream.hasRemaining(); i--) {
                in.put(stream.get());
            }
            in.flip();
            reader.read(in, read::add);
            in.compact();
        }
        assertEquals(MESSAGES, reader.messages());
        return read;
    }

    @Test
    void shouldRefuseABatchThatTcpcopyWouldRefuse() {
        TunnelFormat format = TunnelFormat.of(Generation.V1, ProtocolOptions.DEFAULTS);
        ByteBuffer in = ByteBuffer.allocate(2).putShort((short) 0x4500).flip();
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> new BatchReader(format).read(in, segment -> {}));
        assertEquals("a batch of 17664 messages; " + format.describe(), e.getMessage());
    }

    @Test
    void shouldTakeAnEmptyBatch() {
        TunnelFormat format = TunnelFormat.of(Generation.V1, ProtocolOptions.DEFAULTS);
        ByteBuffer in = ByteBuffer.allocate(4).putInt(0).flip();
        BatchReader reader = new BatchReader(format);
        reader.read(in, segment -> {});
        assertEquals(0, in.remaining());
        assertEquals(0, reader.messages());
    }
}
