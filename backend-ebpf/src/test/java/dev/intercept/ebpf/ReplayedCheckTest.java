package dev.intercept.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** With {@code --stop=replayed} the kernel runs the program on answers of sessions that have a route and of others. */
class ReplayedCheckTest {

    private static final int CLIENT = PacketBuilder.address(TestNetwork.client(1));
    private static final int TARGET = PacketBuilder.address(TestNetwork.TARGET);
    private static final int CLIENT_PORT = 10000;
    private static final int TARGET_PORT = 8080;
    private static final int MANY = 1000;
    private static final long HOUR_NS = 3_600_000_000_000L;

    private static LoadedProgram program(int maxRoutes, long holdNs) throws Exception {
        return new LoadedProgram(1, List.of(TARGET_PORT), List.of(), maxRoutes, holdNs);
    }

    private static byte[] frame(PacketBuilder packet) {
        byte[] ip = packet.build();
        return ByteBuffer.allocate(14 + ip.length)
                .putShort(12, (short) 0x0800)
                .put(14, ip)
                .array();
    }

    private static byte[] answer(int clientPort, int flags) {
        return frame(new PacketBuilder().to(TestNetwork.client(1), clientPort).flags(flags));
    }

    private static byte[] data(int clientPort) {
        return answer(clientPort, PacketBuilder.ACK);
    }

    private static void route(KernelRoutes routes, int clientPort, boolean isThere) {
        routes.onRoute(CLIENT, clientPort, TARGET, TARGET_PORT, isThere);
    }

    @Test
    void shouldStopWhatHasARouteForAsLongAsItHasOne() throws Exception {
        try (LoadedProgram program = program(MANY, HOUR_NS)) {
            KernelRoutes routes = program.routes();
            assertFalse(program.stops(data(CLIENT_PORT)));
            route(routes, CLIENT_PORT, true);
            assertTrue(program.stops(data(CLIENT_PORT)));
            assertTrue(program.next().isPresent(), "its header is handed up");
            assertFalse(program.stops(data(CLIENT_PORT + 1)));
            assertTrue(program.next().isEmpty());
            route(routes, CLIENT_PORT, false);
            assertFalse(program.stops(data(CLIENT_PORT)));
        }
    }

    @Test
    void shouldStopWhatHasARouteToAnyTargetOrAnyAddress() throws Exception {
        try (LoadedProgram program = program(MANY, HOUR_NS)) {
            KernelRoutes routes = program.routes();
            routes.onRoute(CLIENT, CLIENT_PORT, 0, 0, true);
            routes.onRoute(CLIENT, CLIENT_PORT + 1, 0, TARGET_PORT, true);
            routes.onRoute(CLIENT, CLIENT_PORT + 2, 0, TARGET_PORT + 1, true);
            assertTrue(program.stops(data(CLIENT_PORT)));
            assertTrue(program.stops(data(CLIENT_PORT + 1)));
            assertFalse(program.stops(data(CLIENT_PORT + 2)), "that is another port of the target");
        }
    }

    @Test
    void shouldHoldHandshakesOfUnknownSessionsAndHandThemUp() throws Exception {
        try (LoadedProgram program = program(MANY, HOUR_NS)) {
            for (int flags : List.of(PacketBuilder.SYN | PacketBuilder.ACK, PacketBuilder.RST)) {
                for (int repetition = 0; repetition < 3; repetition++) {
                    assertTrue(program.stops(answer(CLIENT_PORT, flags)));
                    assertTrue(program.next().isPresent());
                }
            }
        }
    }

    @Test
    void shouldLetThemPassOnceTheTimeIsOver() throws Exception {
        try (LoadedProgram program = program(MANY, 0)) {
            assertTrue(program.stops(answer(CLIENT_PORT, PacketBuilder.SYN | PacketBuilder.ACK)));
            assertFalse(program.stops(answer(CLIENT_PORT, PacketBuilder.SYN | PacketBuilder.ACK)));
            assertFalse(program.stops(answer(CLIENT_PORT, PacketBuilder.RST)));
            assertTrue(program.stops(answer(CLIENT_PORT + 1, PacketBuilder.RST)), "another client's");
        }
    }

    /** A port is used again: the SYN/ACK may be before its route, as the first time. */
    @Test
    void shouldForgetWhatItKnewOfASessionThatEnded() throws Exception {
        try (LoadedProgram program = program(MANY, 0)) {
            KernelRoutes routes = program.routes();
            byte[] synAck = answer(CLIENT_PORT, PacketBuilder.SYN | PacketBuilder.ACK);
            assertTrue(program.stops(synAck));
            route(routes, CLIENT_PORT, true);
            assertTrue(program.stops(synAck));
            route(routes, CLIENT_PORT, false);
            assertTrue(program.stops(synAck));
            assertFalse(program.stops(synAck));
        }
    }

    /** On either side; routes have what clients know. */
    @Test
    void shouldCompareTheAddressesThatRoutesHave() throws Exception {
        try (LoadedProgram program = program(MANY, 0)) {
            KernelRoutes routes = program.routes();
            routes.onRoute(CLIENT, CLIENT_PORT, TARGET, TARGET_PORT, true);
            byte[] ofContainer =
                    frame(new PacketBuilder().from("172.17.0.2", TARGET_PORT).flags(PacketBuilder.ACK));
            byte[] toSnat =
                    frame(new PacketBuilder().to("10.9.9.9", CLIENT_PORT).flags(PacketBuilder.ACK));
            assertFalse(program.stops(ofContainer));
            translate(program, "172.17.0.2-" + TestNetwork.TARGET + ",10.9.9.9-" + TestNetwork.client(1));
            assertTrue(program.stops(ofContainer));
            assertTrue(program.stops(toSnat));
            assertTrue(program.stops(data(CLIENT_PORT)));
            assertFalse(program.stops(data(CLIENT_PORT + 1)));
            translate(program, "172.17.0.2-203.0.113.1,10.9.9.9-" + TestNetwork.client(1));
            assertFalse(program.stops(ofContainer));
            assertTrue(program.stops(toSnat));
            translate(program, "");
            assertFalse(program.stops(toSnat));
        }
    }

    @Test
    void shouldForgetAnEndedSessionByTheAddressThatItsRouteHad() throws Exception {
        try (LoadedProgram program = program(MANY, 0)) {
            KernelRoutes routes = program.routes();
            translate(program, "10.9.9.9-" + TestNetwork.client(1));
            byte[] synAck =
                    frame(new PacketBuilder().to("10.9.9.9", CLIENT_PORT).flags(PacketBuilder.SYN | PacketBuilder.ACK));
            assertTrue(program.stops(synAck));
            assertFalse(program.stops(synAck));
            route(routes, CLIENT_PORT, true);
            route(routes, CLIENT_PORT, false);
            assertTrue(program.stops(synAck));
        }
    }

    private static void translate(LoadedProgram program, String pairs) throws Exception {
        program.live().adopt(List.of(TARGET_PORT), List.of(), AddressPair.list(pairs));
    }

    @Test
    void shouldHoldAFirstFragmentThatIsTooShortToShowItsFlags() throws Exception {
        try (LoadedProgram program = program(MANY, HOUR_NS)) {
            assertTrue(program.stops(frame(new PacketBuilder().fragment(0, true).truncateTo(28))));
        }
    }

    @Test
    void shouldLetNothingEscapeBecauseItsMapIsFull() throws Exception {
        try (LoadedProgram program = program(1, HOUR_NS)) {
            KernelRoutes routes = program.routes();
            route(routes, CLIENT_PORT, true);
            route(routes, CLIENT_PORT + 1, true);
            assertTrue(program.stops(data(CLIENT_PORT)));
            assertEquals(0, routes.stoppedUnlisted());
            assertTrue(program.stops(data(CLIENT_PORT + 1)));
            assertTrue(program.stops(data(CLIENT_PORT + 2)), "nobody's replay, but who knows");
            assertEquals(2, routes.stoppedUnlisted());
            route(routes, CLIENT_PORT + 1, false);
            assertFalse(program.stops(data(CLIENT_PORT + 2)));
            assertTrue(program.stops(data(CLIENT_PORT)));
            routes.close();
            assertEquals(2, routes.stoppedUnlisted());
        }
    }

    @Test
    void shouldLetNothingPassForAWhileAfterItTookOver() throws Exception {
        try (LoadedProgram program = program(MANY, HOUR_NS)) {
            program.control().putLong(ControlLayout.ALL_UNTIL, Long.MAX_VALUE);
            assertTrue(program.stops(data(CLIENT_PORT)));
            program.control().putLong(ControlLayout.ALL_UNTIL, 1);
            assertFalse(program.stops(data(CLIENT_PORT)));
        }
    }
}
