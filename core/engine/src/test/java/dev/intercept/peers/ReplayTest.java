package dev.intercept.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.stats.Counter;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.Recording;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What real clients of every generation sent, played against this server over real sockets, gives what the original servers
 * sent: byte for byte, with no difference to allow for. Prints one line for each comparison.
 */
class ReplayTest {

    @ParameterizedTest
    @MethodSource("dev.intercept.tcpcopy.Recording#names")
    void shouldSendOverRealSocketsWhatTheRecordedServerSent(String name) throws Exception {
        Recording recording = new Recording(name);
        try (RunningServer running = new RunningServer(recording.options);
                Replay replay = new Replay(running, recording)) {
            while (replay.hasNext()) {
                replay.next();
            }
            running.endOfBatch();
            tellLosses(running);
            running.stop();
            Replay.Comparison comparison = replay.compare();
            System.out.println("over sockets, " + comparison);
            assertTrue(comparison.isEqual(), comparison::toString);
        }
    }

    @ParameterizedTest
    @CsvSource({"0.7,0.7.0", "0.8,0.8.0", "0.9,0.9.0"})
    void shouldServeFiveRecordedClientsOnOnePortAtOnce(String generation, String reversed) throws Exception {
        ProtocolOptions options =
                new ProtocolOptions(ProtocolOptions.Combined.AUTO, false, false, Generation.named(generation));
        Random random = new Random(5);
        try (RunningServer running = new RunningServer(options)) {
            List<Replay> all = new ArrayList<>();
            for (String name : List.of("0.6.5", reversed, "0.9.10", "1.x-nfq", "1.x-pcap")) {
                all.add(new Replay(running, new Recording(name)));
            }
            for (List<Replay> left = new ArrayList<>(all); !left.isEmpty(); left.removeIf(each -> !each.hasNext())) {
                left.get(random.nextInt(left.size())).next();
            }
            running.endOfBatch();
            tellLosses(running);
            running.stop();
            for (Replay replay : all) {
                Replay.Comparison comparison = replay.compare();
                System.out.println("five at once, " + comparison);
                assertTrue(comparison.isEqual(), comparison::toString);
                replay.close();
            }
        }
    }

    @Test
    void shouldServeRecordedClientsOfEveryGenerationOnOnePortByThemselves() throws Exception {
        Random random = new Random(7);
        try (RunningServer running = new RunningServer(ProtocolOptions.DEFAULTS)) {
            List<Replay> all = new ArrayList<>();
            for (String name : List.of("0.6.5", "0.7.0", "0.8.0", "0.9.0", "0.9.10", "1.x-nfq")) {
                all.add(new Replay(running, new Recording(name), "127.0.0." + (2 + all.size())));
            }
            for (List<Replay> left = new ArrayList<>(all); !left.isEmpty(); left.removeIf(each -> !each.hasNext())) {
                left.get(random.nextInt(left.size())).next();
            }
            running.endOfBatch();
            tellLosses(running);
            running.stop();
            for (Replay replay : all) {
                Replay.Comparison comparison = replay.compare();
                System.out.println("by themselves, " + comparison);
                assertTrue(comparison.isEqual(), comparison::toString);
                replay.close();
            }
            assertEquals(
                    1,
                    running.lines("recognised by the one connection that it opened")
                            .size());
            assertEquals(
                    6,
                    running.lines("recognised by the 3 connections that it opened at once")
                            .size());
        }
    }

    /**
     * A recorded 0.6, which names no target, and a client of today that copied the same sessions to a target of its own: what 0.6
     * got, with the other's target in place of its own. But for the first session, which shows that they do, the other's SYN/ACK comes
     * before its ADD.
     */
    @Test
    void shouldServeTwoClientsThatCopyTheSameSessionsToDifferentTargets() throws Exception {
        Recording old = new Recording("0.6.5");
        try (RunningServer running = new RunningServer(ProtocolOptions.DEFAULTS);
                Replay replay = new Replay(running, old, "127.0.0.2");
                SameSessions same = new SameSessions(running, old)) {
            while (replay.hasNext()) {
                Recording.Event event = replay.next();
                same.play(event);
            }
            running.endOfBatch();
            tellLosses(running);
            same.assertGotAll();
            running.stop();
            Replay.Comparison comparison = replay.compare();
            System.out.println("same sessions, " + comparison);
            assertTrue(comparison.isEqual(), comparison::toString);
        }
    }

    private static void tellLosses(RunningServer running) {
        for (Counter counter :
                List.of(Counter.NO_ROUTE, Counter.TUNNEL_OVERFLOW, Counter.UNPARKED_OVERFLOW, Counter.HANDLER_ERROR)) {
            assertEquals(0, running.count(counter), counter.label());
        }
        assertEquals(running.count(Counter.PARKED), running.count(Counter.UNPARKED));
    }
}
