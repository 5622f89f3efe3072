package dev.intercept.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.stats.Counter;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatestStoppedTest {

    private final LatestStopped latest = new LatestStopped();
    private final ResponsePacket packet = new ResponsePacket();

    private void see(int clientPort, int nowS) {
        packet.wrap(new PacketBuilder()
                .to(TestNetwork.client(1), clientPort)
                .flags(PacketBuilder.ACK)
                .payload(new byte[7])
                .toBuffer());
        latest.onPacket(packet, nowS);
    }

    private void stop(int clientPort, int nowS) {
        see(clientPort, nowS);
        latest.stopped(Counter.FORWARDED);
    }

    private List<Integer> clientPorts() {
        return latest.list().stream().map(StoppedPacket::destinationPort).toList();
    }

    @Test
    void shouldKeepWhatWasStoppedWithItsFate() {
        see(40000, 1);
        stop(40001, 1);
        assertEquals(
                List.of(new StoppedPacket(
                        PacketBuilder.address(TestNetwork.TARGET),
                        8080,
                        PacketBuilder.address(TestNetwork.client(1)),
                        40001,
                        PacketBuilder.ACK,
                        7,
                        Counter.FORWARDED,
                        1)),
                latest.list());
    }

    @Test
    void shouldKeepTheFirstOfEachSecond() {
        for (int port = 1; port <= 100; port++) {
            stop(port, 1);
        }
        assertEquals(List.of(1, 2, 3, 4, 5, 6, 7, 8), clientPorts());
        stop(101, 2);
        assertEquals(List.of(2, 3, 4, 5, 6, 7, 8, 101), clientPorts());
    }
}
