package dev.intercept.nfqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.nfnetlink.FakePeer;
import dev.intercept.nfnetlink.JnaSystemCalls;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NfqueueFakeKernelTest {

    private static final byte[] PACKET = new PacketBuilder().build();
    private static final PacketHandler DROPPING = packet -> Verdict.DROP;

    private FakeKernel kernel;
    private NfqueueBackend backend;

    @BeforeEach
    void open() throws Exception {
        kernel = new FakeKernel();
        backend = kernel.open(new JnaSystemCalls(), Map.of());
    }

    @AfterEach
    void close() {
        backend.close();
        kernel.close();
    }

    private void queue(int first, int last) {
        IntStream.rangeClosed(first, last).forEach(id -> kernel.queue(id, PacketDatagram.ipv4(id, PACKET)));
    }

    @Test
    void shouldAskForEverythingInOrderAndForPacketsLast() {
        assertEquals(List.of(1, 1, 3, 5, 2), kernel.requests());
    }

    @Test
    void shouldSendOneMessageForARunOfEqualVerdicts() throws Exception {
        queue(1, 60);
        assertEquals(60, backend.poll(DROPPING, 64, 0));
        kernel.serve();
        assertEquals(
                Collections.nCopies(60, Verdict.DROP),
                List.copyOf(kernel.verdicts().values()));
        assertEquals(1, kernel.verdictMessages());
    }

    @Test
    void shouldBeginANewMessageWhereTheVerdictChanges() throws Exception {
        queue(1, 64);
        int[] call = new int[1];
        backend.poll(packet -> call[0]++ % 2 == 0 ? Verdict.DROP : Verdict.ACCEPT, 64, 0);
        kernel.serve();
        assertEquals(64, kernel.verdictMessages());
        IntStream.rangeClosed(1, 64)
                .forEach(id -> assertSame(
                        id % 2 == 1 ? Verdict.DROP : Verdict.ACCEPT,
                        kernel.verdicts().get(id)));
    }

    @Test
    void shouldKeepTheOrderOfIdsThatRunPastTheirLastNumber() throws Exception {
        queue(-2, 2);
        backend.poll(DROPPING, 64, 0);
        kernel.serve();
        assertEquals(List.of(), kernel.waiting());
    }

    @Test
    void shouldHaveTheVerdictsSentWhenPollReturns() throws Exception {
        queue(1, 100);
        backend.poll(DROPPING, 30, 0);
        kernel.serve();
        assertEquals(70, kernel.waiting().size());
        backend.poll(DROPPING, 200, 0);
        kernel.serve();
        assertEquals(6, kernel.waiting().size(), "a poll takes a batch of 64 at most");
    }

    @Test
    void shouldShowAnIpPacketWithoutBytesAsAnEmptyBufferWhichIsMalformed() throws Exception {
        kernel.queue(1, new PacketDatagram(1, 2, 0x0800).build());
        kernel.queue(2, new PacketDatagram(2, 2, 0x0800).payload(new byte[0]).build());
        kernel.queue(3, new PacketDatagram(3, 7, 0x86dd).build());
        assertEquals(Collections.nCopies(3, ResponsePacket.Kind.MALFORMED), kindsOf(3));
        kernel.serve();
        assertEquals(List.of(), kernel.waiting());
    }

    @Test
    void shouldShowAPacketThatIsNotIpAsSomethingThatIsNotTcp() throws Exception {
        int bridge = 7;
        int arp = 0x0806;
        byte[] startsLikeIpv4 = PACKET;
        kernel.queue(
                1, new PacketDatagram(1, bridge, arp).payload(startsLikeIpv4).build());
        kernel.queue(2, new PacketDatagram(2, bridge, arp).build());
        assertEquals(Collections.nCopies(2, ResponsePacket.Kind.NOT_TCP), kindsOf(2));
        kernel.serve();
        assertEquals(Map.of(1, Verdict.ACCEPT, 2, Verdict.ACCEPT), kernel.verdicts());
    }

    private List<ResponsePacket.Kind> kindsOf(int packets) throws Exception {
        List<ResponsePacket.Kind> kinds = new ArrayList<>();
        ResponsePacket view = new ResponsePacket();
        assertEquals(packets, backend.poll(packet -> accept(kinds, view.wrap(packet)), 64, 0));
        return kinds;
    }

    private static <T> Verdict accept(List<T> seen, T what) {
        seen.add(what);
        return Verdict.ACCEPT;
    }

    @Test
    void shouldReadPacketsOfKernelsThatLeaveTheHardwareProtocolOut() throws Exception {
        kernel.queue(1, new PacketDatagram(1, 2, 0).payload(PACKET).build());
        List<Integer> seen = new ArrayList<>();
        assertEquals(1, backend.poll(packet -> accept(seen, packet.remaining()), 64, 0));
        assertEquals(List.of(PACKET.length), seen);
    }

    @Test
    void shouldTakeWhatFitsOfAnOversizedMessage() throws Exception {
        kernel.queue(
                1,
                PacketDatagram.ipv4(
                        1, new PacketBuilder().payload(new byte[60_000]).build()));
        List<Integer> seen = new ArrayList<>();
        assertEquals(1, backend.poll(packet -> accept(seen, packet.remaining()), 64, 0));
        kernel.serve();
        assertTrue(seen.get(0) > 128 && seen.get(0) < 1000, "a slot holds " + seen.get(0));
        assertEquals(Map.of(1, Verdict.ACCEPT), kernel.verdicts());
    }

    @Test
    void shouldDropTheRestOfABatchAcrossPollsWhenTheHandlerThrows() throws Exception {
        queue(1, 10);
        IllegalStateException thrown = new IllegalStateException("by the handler");
        int[] calls = new int[1];
        PacketHandler throwing = packet -> {
            if (++calls[0] == 4) {
                throw thrown;
            }
            return Verdict.ACCEPT;
        };
        assertSame(thrown, assertThrows(IllegalStateException.class, () -> backend.poll(throwing, 64, 0)));
        kernel.serve();
        assertEquals(
                IntStream.rangeClosed(1, 10)
                        .mapToObj(id -> id < 4 ? Verdict.ACCEPT : Verdict.DROP)
                        .toList(),
                List.copyOf(kernel.verdicts().values()));
    }

    @Test
    void shouldDropWhatAHandlerWithoutAVerdictWasShown() throws Exception {
        queue(1, 3);
        NullPointerException none = assertThrows(NullPointerException.class, () -> backend.poll(packet -> null, 64, 0));
        assertEquals("verdict of the packet handler", none.getMessage());
        kernel.serve();
        assertEquals(
                Collections.nCopies(3, Verdict.DROP),
                List.copyOf(kernel.verdicts().values()));
    }

    @Test
    void shouldGoOnWaitingWhenOnlyAnErrorCame() throws Exception {
        kernel.send(FakePeer.error(0, 2));
        long beginNs = System.nanoTime();
        assertEquals(0, backend.poll(DROPPING, 64, 30));
        assertTrue(System.nanoTime() - beginNs >= 29_000_000L);
    }

    @Test
    void shouldSendVerdictsOfPacketsDecidedBeforeTheHandlerClosed() throws Exception {
        queue(1, 5);
        backend.poll(
                packet -> {
                    backend.close();
                    return Verdict.ACCEPT;
                },
                64,
                0);
        kernel.serve();
        assertEquals(Map.of(1, Verdict.ACCEPT), kernel.verdicts());
        assertEquals(CaptureBackend.END, backend.poll(DROPPING, 64, 0));
    }
}
