package dev.intercept.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.tcpcopy.TunnelMemory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which tunnels share the responses of a client that announces nothing, as they come and go. */
class SingleGroupTest {

    private static final long S = 1_000_000_000L;

    private final SingleGroup group = new SingleGroup();
    private int lastNumber;

    @Test
    void shouldHaveNobodyForAResponseBeforeAClientCame() {
        assertNull(group.outletFor(response(0)));
    }

    @Test
    void shouldSpreadOverTheTunnelsAcceptedWithinThreeSecondsInTheOrderOfAccept() {
        Tunnel first = tunnel();
        Tunnel second = tunnel();
        Tunnel third = tunnel();
        group.opened(third, 3 * S);
        group.opened(first, 0);
        group.opened(second, 2 * S);
        assertEquals(List.of(first, second, third), takers(3));
    }

    @Test
    void shouldLetALaterGroupTakeOverUntilAllOfItHaveEnded() {
        Tunnel before = tunnel();
        group.opened(before, 0);
        Tunnel later = tunnel();
        Tunnel last = tunnel();
        group.opened(later, 4 * S);
        group.opened(last, 5 * S);
        assertEquals(List.of(later, last), takers(2));
        group.closed(later);
        assertEquals(List.of(last, last), takers(2));
        group.closed(last);
        assertEquals(List.of(before, before), takers(2));
        group.closed(before);
        assertNull(group.outletFor(response(0)));
    }

    @Test
    void shouldKeepTheGroupWhenATunnelOfAnEarlierOneEnds() {
        Tunnel before = tunnel();
        Tunnel later = tunnel();
        group.opened(before, 0);
        group.opened(later, 4 * S);
        group.closed(before);
        assertSame(later, group.outletFor(response(0)));
    }

    private Tunnel tunnel() {
        return new Tunnel(++lastNumber, null, "a test", 0, new TunnelMemory(0), () -> 0);
    }

    /** Who takes the responses whose addresses select 0, 1, … */
    private List<Tunnel> takers(int count) {
        List<Tunnel> takers = new ArrayList<>();
        for (int key = 0; key < count; key++) {
            takers.add((Tunnel) group.outletFor(response(key)));
        }
        return takers;
    }

    /** The first bytes of all addresses and ports are 0, but for the client port's: that is the key. */
    private static ResponsePacket response(int key) {
        ResponsePacket packet = new ResponsePacket();
        packet.wrap(
                new PacketBuilder().from("0.0.0.1", 80).to("0.0.0.2", key << 8).toBuffer());
        return packet;
    }
}
