package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.answers.AnswerMeter;
import dev.intercept.answers.Sampling;
import dev.intercept.capture.AddressTranslation;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.capture.CaptureLoop;
import dev.intercept.capture.Interceptor;
import dev.intercept.capture.PassList;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.session.Outlet;
import dev.intercept.session.SessionLimits;
import dev.intercept.session.SessionTable;
import dev.intercept.session.UnroutedResponses;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A capture of five answers to the address of a gateway, behind which tcpcopy's client is. */
class SnatAnswersTest {

    private static final String GATEWAY = "10.9.9.9";
    private static final String CLIENT = "10.78.0.1";
    private static final int NOW_S = 100;
    private static final int ANSWERS = 5;

    private final Counters counters = new Counters();

    @Test
    void shouldReachTheClientBehindTheGatewayWithItsPair() throws Exception {
        assertEquals(List.of(CLIENT), destinations(AddressTranslation.parse(List.of(GATEWAY + "-" + CLIENT))));
        assertEquals(ANSWERS, counters.get(Counter.FORWARDED));
    }

    @Test
    void shouldReachNobodyWithout() throws Exception {
        assertEquals(List.of(), destinations(AddressTranslation.NONE));
        assertEquals(ANSWERS, counters.get(Counter.NO_ROUTE));
    }

    /** Under which addresses the route of the client is given answers. */
    private List<String> destinations(AddressTranslation translation) throws Exception {
        SessionTable sessions = new SessionTable(SessionLimits.DEFAULTS, new Counters());
        List<Integer> destinations = new ArrayList<>();
        sessions.add(
                PacketBuilder.address(CLIENT),
                40000,
                PacketBuilder.address("10.77.0.3"),
                8080,
                recorder(destinations),
                NOW_S);
        Interceptor interceptor = new Interceptor(
                new PassList(List.of()),
                sessions,
                UnroutedResponses.NOBODY,
                translation,
                counters,
                new RateLimitedLog(System.getLogger(SnatAnswersTest.class.getName()), System::nanoTime),
                new AnswerMeter(new Sampling(), System::nanoTime),
                NOW_S);
        try (CaptureBackend file = open()) {
            while (file.poll(interceptor, CaptureLoop.BATCH_LIMIT, 1000) != CaptureBackend.END) {
                interceptor.endOfBatch(NOW_S);
            }
        }
        return destinations.stream()
                .distinct()
                .map(address -> address == PacketBuilder.address(CLIENT) ? CLIENT : Integer.toHexString(address))
                .toList();
    }

    private static Outlet recorder(List<Integer> destinations) {
        return new Outlet() {
            @Override
            public boolean forward(ResponsePacket response) {
                return destinations.add(response.destinationAddress());
            }

            @Override
            public void flush(Counters counters) {
                // Nothing is sent.
            }
        };
    }

    private static CaptureBackend open() throws Exception {
        CaptureBackendProvider provider =
                BackendRegistry.load(List.of()).choose(Optional.of("pcap")).provider();
        Path file = Path.of(
                SnatAnswersTest.class.getResource("/inputs/snat-answers.pcap").toURI());
        return provider.open(new BackendOptions(provider.options(), Map.of("--read", file.toString())))
                .get(0);
    }
}
