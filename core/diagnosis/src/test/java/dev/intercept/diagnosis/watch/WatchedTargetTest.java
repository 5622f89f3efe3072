package dev.intercept.diagnosis.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.diagnosis.FindingId;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.packet.ResponsePacket;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is near a finding about the target and is none, and what each says. */
class WatchedTargetTest extends WatchScene {

    private static final int SYN_ACK = PacketBuilder.SYN | PacketBuilder.ACK;
    private static final int CLIENT_PORT = 40000;

    private final ResponsePacket packet = new ResponsePacket();
    private int clients;

    private void answer(int client, int flags, int sequence, int acknowledgement, int payload) {
        packet.wrap(new PacketBuilder()
                .to(TestNetwork.client(1), CLIENT_PORT + client)
                .flags(flags)
                .sequence(sequence)
                .acknowledgement(acknowledgement)
                .payload(new byte[payload])
                .toBuffer());
        answers.onAnswer(packet);
    }

    /** Handshakes whose SYN/ACK comes so late, a tenth of the delay after each other. */
    private void handshakes(int count, long delayNs) {
        for (int i = 0; i < count; i++) {
            clients++;
            sampling.onRoute(
                    PacketBuilder.address(TestNetwork.client(1)), CLIENT_PORT + clients, () -> nowNs - delayNs);
            answer(clients, SYN_ACK, 1000, 1, 0);
        }
    }

    @Test
    void shouldTakeAHundredthOfRepeatedSegmentsForChance() {
        handshakes(1, 0);
        for (int i = 0; i < 1000; i++) {
            answer(1, PacketBuilder.ACK, 1001 + 10 * i, 101, 10);
        }
        for (int i = 0; i < 10; i++) {
            answer(1, PacketBuilder.ACK, 1001 + 10 * i, 101, 10);
        }
        passSeconds(1);
        assertEquals(List.of(), active());
        answer(1, PacketBuilder.ACK, 1001, 101, 10);
        passSeconds(1);
        assertEquals(
                "port 8080 sent 11 of 1012 segments again in 10 s, 1.1 %",
                finding(FindingId.TARGET_SLOW).fact());
        passSeconds(Detector.WINDOW_S);
        assertEquals(List.of(), active());
    }

    @Test
    void shouldHoldTheDelayOfSynAcksAgainstTheStart() {
        handshakes(20, TimeUnit.MICROSECONDS.toNanos(700));
        passSeconds(Detector.WINDOW_S + 1);
        handshakes(20, TimeUnit.MICROSECONDS.toNanos(4500));
        passSeconds(1);
        assertEquals(List.of(), active());
        handshakes(40, TimeUnit.MILLISECONDS.toNanos(20));
        passSeconds(1);
        assertEquals(List.of(FindingId.TARGET_SLOW), active());
    }

    @Test
    void shouldNotCallATargetSlowThatWasSoFromTheStart() {
        handshakes(100, TimeUnit.MILLISECONDS.toNanos(300));
        passSeconds(1);
        handshakes(100, TimeUnit.MILLISECONDS.toNanos(300));
        passSeconds(1);
        assertEquals(List.of(), active());
    }

    @Test
    void shouldNotCallATargetStalledThatNeverAnswersOrAnswersSome() {
        for (int second = 0; second < 2 * Detector.WINDOW_S; second++) {
            handshakes(3, 0);
            answer(clients, PacketBuilder.ACK, 1001, 101, 0);
            answer(clients - 1, PacketBuilder.ACK, 1001, 101, 0);
            passSeconds(1);
            assertEquals(List.of(), active());
        }
        answer(clients, PacketBuilder.ACK, 1001, 101, 10);
        passSeconds(1);
        assertEquals(List.of(), active());
    }

    @Test
    void shouldTakeATenthOfResetsForClientsThatCloseEarly() {
        handshakes(200, 0);
        for (int client = 1; client <= 100; client++) {
            answer(client, PacketBuilder.FIN | PacketBuilder.ACK, 1001, 101, 0);
        }
        for (int client = 101; client <= 111; client++) {
            answer(client, PacketBuilder.RST, 1001, 101, 0);
        }
        passSeconds(1);
        assertEquals(List.of(), active());
        answer(112, PacketBuilder.RST, 1001, 101, 0);
        passSeconds(1);
        assertEquals(
                "port 8080 ended 12 sessions by RST in 10 s, 100 in order",
                finding(FindingId.TARGET_RESETS).fact());
    }

    @Test
    void shouldLeaveAFullQueueOfAnotherServiceAlone() {
        targets.count(8080, TARGET);
        listening(5, 0);
        passSeconds(1);
        listening(9, 0);
        passSeconds(1);
        assertEquals(List.of(), active());
        listening(9, 2);
        passSeconds(1);
        assertEquals(
                "port 8080 has not accepted 2 connections, and the kernel dropped 4 for a full queue in 10 s",
                finding(FindingId.TARGET_STALLS).fact());
    }

    private void listening(int overflows, int waiting) {
        host.file(
                "/proc/thread-self/net/netstat",
                "TcpExt: SyncookiesSent ListenOverflows ListenDrops\nTcpExt: 0 " + overflows
                        + " 7\nIpExt: a\nIpExt: 1");
        host.file(
                "/proc/thread-self/net/tcp",
                "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
                        + "   0: 00000000:1F90 00000000:0000 0A 00000000:0000000" + waiting
                        + " 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0");
    }
}
