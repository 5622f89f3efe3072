package dev.intercept.nfqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.nfnetlink.FakePeer;
import dev.intercept.nfnetlink.JnaSystemCalls;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Thousands of messages that no kernel should send: nothing is thrown, and each packet whose id can be read gets one verdict.
 */
class StrangeMessagesTest {

    private static final int BATCHES = 300;
    private static final int BATCH_PACKETS = 20;
    private static final long SEED = 4711;

    private final Random random = new Random(SEED);
    private final ResponsePacket view = new ResponsePacket();
    private FakeKernel kernel;
    private NfqueueBackend backend;
    private int lastId;

    /** Looks into every byte it is shown. */
    private final PacketHandler handler = packet -> {
        view.wrap(packet);
        int sum = 0;
        while (packet.hasRemaining()) {
            sum += packet.get();
        }
        return sum % 3 == 0 ? Verdict.ACCEPT : Verdict.DROP;
    };

    @BeforeEach
    void open() throws Exception {
        kernel = new FakeKernel();
        backend = kernel.open(new JnaSystemCalls(), Map.of("--copy-range", "1500"));
    }

    @AfterEach
    void close() {
        backend.close();
        kernel.close();
    }

    private byte[] packetMessage(int id) {
        byte[] options = new byte[4 * random.nextInt(11)];
        byte[] payload = new byte[random.nextInt(1000)];
        random.nextBytes(payload);
        return PacketDatagram.ipv4(
                id, new PacketBuilder().tcpOptions(options).payload(payload).build());
    }

    @Test
    void shouldJudgeEveryPacketWhoseMessageIsWrongBehindItsId() throws Exception {
        for (int batch = 0; batch < BATCHES; batch++) {
            for (int i = 0; i < BATCH_PACKETS; i++) {
                int id = ++lastId;
                kernel.queue(id, wrongBehindTheId(packetMessage(id)));
            }
            drain();
            assertEquals(List.of(), kernel.waiting(), "seed " + SEED + ", batch " + batch);
        }
    }

    private byte[] wrongBehindTheId(byte[] message) {
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(message, PacketDatagram.ID_END + random.nextInt(message.length - 31));
            case 1 -> flipped(message, PacketDatagram.ID_END);
            case 2 -> withLength(message, random.nextInt());
            case 3 -> withLength(message, random.nextInt(NetlinkHeader.BYTES));
            case 4 -> Arrays.copyOf(message, message.length + random.nextInt(9000));
            default -> message;
        };
    }

    private byte[] flipped(byte[] message, int from) {
        for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
            message[from + random.nextInt(message.length - from)] = (byte) random.nextInt();
        }
        return message;
    }

    private static byte[] withLength(byte[] message, int bytes) {
        ByteBuffer.wrap(message).order(ByteOrder.nativeOrder()).putInt(0, bytes);
        return message;
    }

    @Test
    void shouldSurviveMessagesThatAreWrongAnywhere() throws Exception {
        for (int batch = 0; batch < BATCHES; batch++) {
            for (int i = 0; i < BATCH_PACKETS; i++) {
                kernel.send(wrongAnywhere());
            }
            drain();
            kernel.queue(++lastId, PacketDatagram.ipv4(lastId, new PacketBuilder().build()));
            assertTrue(backend.poll(handler, 64, 0) > 0);
            kernel.serve();
            assertEquals(List.of(), kernel.waiting(), "seed " + SEED + ", batch " + batch);
        }
    }

    private byte[] wrongAnywhere() {
        byte[] message = packetMessage(random.nextInt());
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(message, 1 + random.nextInt(message.length));
            case 1 -> flipped(message, 0);
            case 2 -> FakePeer.error(random.nextInt(3), random.nextInt(200));
            case 3 -> Arrays.copyOf(FakePeer.error(0, 2), 1 + random.nextInt(36));
            case 4 -> ofType(message, random.nextInt(1 << 16));
            default -> randomBytes();
        };
    }

    private static byte[] ofType(byte[] message, int type) {
        ByteBuffer.wrap(message).order(ByteOrder.nativeOrder()).putShort(4, (short) type);
        return message;
    }

    private byte[] randomBytes() {
        byte[] bytes = new byte[1 + random.nextInt(300)];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void shouldJudgeEachOfSeveralPacketsInOneDatagram() throws Exception {
        byte[] first = packetMessage(1);
        byte[] second = packetMessage(2);
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        kernel.queue(1, both);
        kernel.queue(2, PacketDatagram.ipv4(3, new byte[0]));
        assertEquals(1, backend.poll(packet -> Verdict.ACCEPT, 1, 0), "no more than the limit");
        drain();
        assertEquals(List.of(), kernel.waiting());
    }

    private void drain() throws Exception {
        int handed;
        do {
            handed = backend.poll(handler, 64, 0);
            kernel.serve();
        } while (handed > 0);
    }
}
