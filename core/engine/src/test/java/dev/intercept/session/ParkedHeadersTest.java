package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ParkedHeadersTest {

    private final TableScene scene = new TableScene();
    private final RecordingOutlet tunnel = new RecordingOutlet();

    @Test
    void shouldParkSynAckUntilItsRouteArrives() {
        assertNull(scene.synAck(10000, 7));
        assertEquals(1, scene.table.parked());

        scene.add(10000, tunnel);

        assertEquals(List.of("forward 7", "flush"), tunnel.calls);
        assertEquals(0, scene.table.parked());
        assertEquals(1, scene.server(Counter.UNPARKED));
        assertEquals(1, scene.server(Counter.SOCKET_WRITES));
    }

    @Test
    void shouldForwardAtOnceWhereThereIsARoute() {
        scene.add(10000, tunnel);

        assertSame(tunnel, scene.synAck(10000, 7));
        assertEquals(0, scene.table.parked());
        assertEquals(List.of(), tunnel.calls);
    }

    @Test
    void shouldKeepTheOrderOfParkedHeaders() {
        IntStream.range(0, 5).forEach(sequence -> scene.synAck(10000, sequence));

        scene.add(10000, tunnel);

        assertEquals(List.of(0, 1, 2, 3, 4), tunnel.sequences());
    }

    @Test
    void shouldLeaveTheHeadersOfOtherSessionsParked() {
        scene.synAck(10000, 1);
        scene.synAck(10001, 2);
        scene.synAck(10000, 443, 3);

        scene.add(10000, tunnel);

        assertEquals(List.of(1), tunnel.sequences());
        assertEquals(2, scene.table.parked());
    }

    @Test
    void shouldHandTheHeadersOfAllTargetsToAnOldClientsRoute() {
        scene.synAck(10000, 8080, 1);
        scene.synAck(10001, 8080, 2);
        scene.synAck(10000, 443, 3);
        scene.synAck(10000, 8080, 4);

        scene.addAnyTarget(10000, tunnel);

        assertEquals(List.of(1, 3, 4), tunnel.sequences());
        assertEquals(1, scene.table.parked());
    }

    @Test
    void shouldKeepTheFirst128CapturedBytesAndTheLengthFields() {
        byte[] packet = TableScene.synAck()
                .ipOptions(new byte[40])
                .tcpOptions(new byte[40])
                .payload(new byte[1000])
                .build();
        packet[127] = 127;
        scene.table.findOrPark(TableScene.wrap(ByteBuffer.wrap(packet)), scene.nowS, scene.lane);

        scene.add(10000, tunnel);

        assertArrayEquals(Arrays.copyOf(packet, 128), tunnel.headers.get(0));
    }

    @Test
    void shouldKeepAShortPacketAsItIsWhereverItLiesInItsBuffer() {
        byte[] packet = TableScene.synAck().build();
        ByteBuffer batch = ByteBuffer.allocateDirect(500);
        batch.put(200, packet).position(200).limit(200 + packet.length);
        scene.table.findOrPark(TableScene.wrap(batch), scene.nowS, scene.lane);
        batch.put(200, new byte[packet.length]);

        scene.add(10000, tunnel);

        assertArrayEquals(packet, tunnel.headers.get(0));
    }

    @Test
    void shouldThrowParkedHeadersAwayAfterThirtySeconds() {
        scene.synAck(10000, 1);
        scene.pass(29);
        scene.table.expire(scene.nowS);
        assertEquals(1, scene.table.parked());

        scene.pass(1);
        scene.table.expire(scene.nowS);

        assertEquals(0, scene.table.parked());
        assertEquals(1, scene.server(Counter.PARKED_EXPIRED));
    }

    @Test
    void shouldNotForwardAParkedHeaderWhoseTimeIsOver() {
        scene.synAck(10000, 1);
        scene.pass(10);
        scene.synAck(10000, 2);
        scene.pass(20);

        scene.add(10000, tunnel);

        assertEquals(List.of(2), tunnel.sequences());
        assertEquals(1, scene.server(Counter.PARKED_EXPIRED));
    }

    @Test
    void shouldDropTheOldestOfASessionBeyondSixteen() {
        IntStream.range(0, 20).forEach(sequence -> scene.synAck(10000, sequence));
        scene.synAck(10001, 100);

        scene.add(10000, tunnel);

        assertEquals(IntStream.range(4, 20).boxed().toList(), tunnel.sequences());
        assertEquals(4, scene.lane(Counter.PARKED_EVICTED));
        assertEquals(1, scene.table.parked());
    }

    @Test
    void shouldDropTheOldestOfAllBeyondTheBound() {
        TableScene small = new TableScene(SessionLimits.of(65536, 1 << 20, 1000, 120));
        IntStream.range(0, 1500).forEach(port -> small.synAck(port, port));
        assertEquals(1000, small.table.parked());
        assertEquals(500, small.lane(Counter.PARKED_EVICTED));

        IntStream.range(0, 1500).forEach(port -> small.add(port, tunnel));

        assertEquals(IntStream.range(500, 1500).boxed().toList(), tunnel.sequences());
    }

    @Test
    void shouldGoOnAfterAFloodUsedEveryPlaceOften() {
        TableScene small = new TableScene(SessionLimits.of(65536, 1 << 20, 300, 120));
        for (int port = 0; port < 60_000; port++) {
            small.synAck(port, port);
        }
        small.add(59_999, tunnel);
        small.add(59_699, tunnel);

        assertEquals(List.of(59_999), tunnel.sequences());
        assertEquals(299, small.table.parked());
    }

    @Test
    void shouldParkNothingWhenAsked() {
        TableScene none = new TableScene(SessionLimits.of(65536, 1 << 20, 0, 120));

        assertNull(none.synAck(10000, 1));

        assertEquals(0, none.table.parked());
        assertEquals(1, none.lane(Counter.PARKED_EVICTED));
    }

    @Test
    void shouldCountWhatTheTunnelHadNoRoomFor() {
        scene.synAck(10000, 1);
        tunnel.full = true;

        scene.add(10000, tunnel);

        assertEquals(0, scene.server(Counter.UNPARKED));
        assertEquals(1, scene.server(Counter.UNPARKED_OVERFLOW));
        assertEquals(0, scene.table.parked());
    }

    @Test
    void shouldParkAgainAfterItsMemoryWasGivenBack() {
        IntStream.range(0, 2000).forEach(port -> scene.synAck(port, port));
        scene.pass(30);
        scene.expireAll();
        scene.pass(30);
        scene.expireAll();
        scene.synAck(10000, 5);

        scene.add(10000, tunnel);

        assertEquals(List.of(5), tunnel.sequences());
    }

    @Test
    void shouldParkAgainOnceTheSessionIsOver() {
        scene.add(10000, tunnel);
        scene.pass(30);

        assertNull(scene.synAck(10000, 1));
        assertNull(scene.park(TableScene.synAck().flags(PacketBuilder.RST).sequence(2)));

        RecordingOutlet other = new RecordingOutlet();
        scene.add(10000, other);
        assertEquals(List.of(1, 2), other.sequences());
    }

    @Test
    void shouldMakeTheRouteVisibleOnlyAfterTheParkedHeadersWereForwarded() {
        scene.synAck(10000, 1);
        Outlet asksAtOnce = new Outlet() {
            @Override
            public boolean forward(dev.intercept.packet.ResponsePacket response) {
                tunnel.calls.add("route " + (scene.find(10000) != null));
                return true;
            }

            @Override
            public void flush(Counters counters) {
                tunnel.calls.add("route " + (scene.find(10000) != null));
            }
        };

        scene.add(10000, asksAtOnce);

        assertEquals(List.of("route false", "route true"), tunnel.calls);
        assertEquals(0, scene.server(Counter.SOCKET_WRITES));
    }
}
