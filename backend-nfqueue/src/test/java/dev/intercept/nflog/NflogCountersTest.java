package dev.intercept.nflog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.answers.AnswerMeter;
import dev.intercept.answers.Sampling;
import dev.intercept.capture.AddressTranslation;
import dev.intercept.capture.CaptureLoop;
import dev.intercept.capture.Interceptor;
import dev.intercept.capture.PassList;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.net.Cidr;
import dev.intercept.nfnetlink.JnaSystemCalls;
import dev.intercept.nfnetlink.NetfilterHeader;
import dev.intercept.session.SessionLimits;
import dev.intercept.session.SessionTable;
import dev.intercept.session.UnroutedResponses;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Packets of every kind, of one message, raise the counters of the table of verdicts. */
class NflogCountersTest {

    private static final String PASSED_CLIENT = TestNetwork.client(200);
    private static final int WAIT_MS = 60_000;

    private final Counters counters = new Counters();
    private final Interceptor interceptor = new Interceptor(
            new PassList(List.of(Cidr.parse(PASSED_CLIENT))),
            new SessionTable(SessionLimits.DEFAULTS, new Counters()),
            UnroutedResponses.NOBODY,
            AddressTranslation.NONE,
            counters,
            new RateLimitedLog(System.getLogger(NflogCountersTest.class.getName()), System::nanoTime),
            new AnswerMeter(new Sampling(), System::nanoTime),
            100);

    @Test
    void shouldCountEachKindOfPacketAsWhereItIsJudged() throws Exception {
        LogDatagram datagram = new LogDatagram()
                .packet(0, new PacketBuilder().to(PASSED_CLIENT, 9).build())
                .packet(1, new PacketBuilder().flags(PacketBuilder.SYN).build())
                .packet(2, new PacketBuilder().flags(PacketBuilder.ACK).build())
                .packet(3, new PacketBuilder().dataOffset(4).build())
                .packet(4, new PacketBuilder().truncateTo(20).build())
                .packet(5, new PacketBuilder().fragment(8, true).build())
                .packet(6, new PacketBuilder().protocol(17).build())
                .header(NetfilterHeader.AF_INET6, 0x86dd)
                .payload(new byte[] {0x60, 0, 0, 0})
                .header(NetfilterHeader.AF_UNSPEC, 0x0806)
                .payload(new byte[] {0x45, 0, 0, 0})
                .header(NetfilterHeader.AF_INET, 0x0800);
        try (FakeLogger kernel = new FakeLogger();
                NflogBackend backend = kernel.open(new JnaSystemCalls(), Map.of())) {
            kernel.send(datagram.build());
            assertEquals(10, backend.poll(interceptor, CaptureLoop.BATCH_LIMIT, WAIT_MS));
        }
        assertEquals(1, counters.get(Counter.PASSED));
        assertEquals(1, counters.get(Counter.PARKED));
        assertEquals(1, counters.get(Counter.NO_ROUTE));
        assertEquals(3, counters.get(Counter.MALFORMED));
        assertEquals(1, counters.get(Counter.FRAGMENT));
        assertEquals(3, counters.get(Counter.NOT_TCP));
        assertEquals(0, counters.get(Counter.HANDLER_ERROR));
    }
}
