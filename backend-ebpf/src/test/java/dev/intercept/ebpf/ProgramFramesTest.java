package dev.intercept.ebpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.capture.PassList;
import dev.intercept.ebpf.LoadedProgram.HandedUp;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.net.Cidr;
import dev.intercept.netlink.SystemCallException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel runs the program on frames that these tests make. */
class ProgramFramesTest {

    private static final int FRAMES = 5_000;
    private static final long HOUR_NS = 3_600_000_000_000L;
    private static final List<Integer> PORTS = List.of(8080, 8088, 1, 65535);
    private static final String PASSED = "10.0.0.5,10.1.0.0/16";

    private static PassList passList() {
        return new PassList(Arrays.stream(PASSED.split(",")).map(Cidr::parse).toList());
    }

    private static byte[] ethernet(byte[] ip, int... types) {
        ByteBuffer out =
                ByteBuffer.allocate(14 + 4 * (types.length - 1) + ip.length).position(12);
        for (int tag = 0; tag < types.length - 1; tag++) {
            out.putShort((short) types[tag]).putShort((short) 7);
        }
        return out.putShort((short) types[types.length - 1]).put(ip).array();
    }

    private static byte[] answer() {
        return new PacketBuilder().payload(new byte[] {1, 2, 3}).build();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20261126})
    void shouldJudgeFramesAsTheJavaCodeDoes(long seed) throws Exception {
        try (LoadedProgram program = new LoadedProgram(1, PORTS, Network.list(PASSED))) {
            assertJudgesAs(new Judge(Set.copyOf(PORTS), passList()), program, seed);
        }
    }

    /** Routes to every other client port, and to any target for one client. */
    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void shouldJudgeFramesOfReplayedSessionsAsTheJavaCodeDoes(long seed) throws Exception {
        int half = 32_768;
        try (LoadedProgram program = new LoadedProgram(1, PORTS, Network.list(PASSED), 1 << 17, HOUR_NS)) {
            KernelRoutes routes = program.routes();
            for (int port = 0; port < half; port++) {
                routes.onRoute(0xc0000201, port, 0xc6336401, 8080, true);
                routes.onRoute(0xcb007109, port, 0, 0, true);
            }
            Judge judge = new Judge(Set.copyOf(PORTS), passList(), ip -> {
                ByteBuffer in = ByteBuffer.wrap(ip);
                int tcp = (ip[0] & 0x0f) * 4;
                int client = in.getInt(16);
                boolean isNamed = client == 0xc0000201 && in.getInt(12) == 0xc6336401 && in.getShort(tcp) == 8080;
                boolean isRouted = (in.getShort(tcp + 2) & 0xffff) < half && (isNamed || client == 0xcb007109);
                return isRouted || ip.length <= tcp + 13 || (ip[tcp + 13] & 0x06) != 0;
            });
            assertJudgesAs(judge, program, seed);
        }
    }

    private static void assertJudgesAs(Judge judge, LoadedProgram program, long seed) throws Exception {
        RandomFrames frames = new RandomFrames(seed);
        int stopped = 0;
        for (int i = 0; i < FRAMES; i++) {
            byte[] frame = frames.next();
            String text =
                    "seed " + seed + ", frame " + i + ": " + HexFormat.of().formatHex(frame);
            Optional<byte[]> expected = judge.stopped(frame);
            assertEquals(expected.isPresent(), program.stops(frame), text);
            Optional<HandedUp> handed = program.next();
            assertEquals(expected.isPresent(), handed.isPresent(), text);
            if (expected.isPresent()) {
                assertIsOf(expected.get(), handed.get(), text);
                stopped++;
            }
        }
        assertTrue(stopped > FRAMES / 10 && stopped < FRAMES * 9 / 10, stopped + " stopped");
    }

    private static void assertIsOf(byte[] ip, HandedUp handed, String text) {
        int length = Judge.lengthOf(ip);
        byte[] first = Arrays.copyOf(ip, Math.min(length, LoadedProgram.COPY_RANGE_BYTES));
        assertArrayEquals(first, handed.copied(), text);
        int said = ByteBuffer.wrap(ip).getShort(2) & 0xffff;
        assertEquals(said == 0 ? ip.length : said, handed.length(), text);
    }

    @Test
    void shouldSeeThroughTwoVlanTagsAndNotThree() throws Exception {
        try (LoadedProgram program = new LoadedProgram(1, PORTS, List.of())) {
            assertTrue(program.stops(ethernet(answer(), 0x0800)));
            assertTrue(program.stops(ethernet(answer(), 0x8100, 0x0800)));
            assertTrue(program.stops(ethernet(answer(), 0x88a8, 0x8100, 0x0800)));
            assertFalse(program.stops(ethernet(answer(), 0x88a8, 0x8100, 0x8100, 0x0800)));
            assertFalse(program.stops(ethernet(answer(), 0x8100, 0x86dd)));
        }
    }

    @Test
    void shouldFollowPortsThatChangeFromThePacketAfter() throws Exception {
        try (LoadedProgram program = new LoadedProgram(1, List.of(), List.of())) {
            byte[] frame = ethernet(answer(), 0x0800);
            assertFalse(program.stops(frame));
            program.live().adopt(List.of(8080), List.of(), List.of());
            assertTrue(program.stops(frame));
            program.live().adopt(List.of(8081), List.of(), List.of());
            assertFalse(program.stops(frame));
            assertTrue(program.stops(
                    ethernet(new PacketBuilder().from("198.51.100.1", 8081).build(), 0x0800)));
        }
    }

    @Test
    void shouldFollowAPassListThatChangesFromThePacketAfter() throws Exception {
        byte[] frame = ethernet(answer(), 0x0800);
        byte[] other = ethernet(new PacketBuilder().to("203.0.113.9", 1).build(), 0x0800);
        try (LoadedProgram program = new LoadedProgram(1, PORTS, List.of())) {
            assertTrue(program.stops(frame));
            program.live().adopt(PORTS, Network.list("192.0.2.1,203.0.113.0/24"), List.of());
            assertFalse(program.stops(frame));
            assertFalse(program.stops(other));
            program.live().adopt(PORTS, Network.list("203.0.113.77/24"), List.of());
            assertTrue(program.stops(frame));
            assertFalse(program.stops(other));
            program.live().adopt(PORTS, List.of(), List.of());
            assertTrue(program.stops(other));
        }
    }

    @Test
    void shouldKeepAllOfBeforeWhenTheKernelTakesNoMore() throws Exception {
        byte[] frame = ethernet(answer(), 0x0800);
        List<Network> tooMany = IntStream.rangeClosed(0, 2 * AnswerMaps.MAX_NETWORKS)
                .mapToObj(i -> new Network(0xc0000000 + i, 32))
                .toList();
        try (LoadedProgram program = new LoadedProgram(1, PORTS, Network.list("192.0.2.1"))) {
            SystemCallException refused =
                    assertThrows(SystemCallException.class, () -> program.live().adopt(List.of(1), tooMany, List.of()));
            assertEquals("BPF_MAP_UPDATE_ELEM of ic_passlist", refused.operation());
            assertFalse(program.stops(frame));
            assertTrue(program.stops(
                    ethernet(new PacketBuilder().to("192.0.0.1", 1).build(), 0x0800)));
        }
    }

    @Test
    void shouldStopWhatFollowsAFirstFragmentThatItStopped() throws Exception {
        try (LoadedProgram program = new LoadedProgram(1, PORTS, List.of())) {
            byte[] later = ethernet(
                    new PacketBuilder().identification(9).fragment(50, false).build(), 0x0800);
            assertFalse(program.stops(later), "of nobody's packet");
            assertTrue(program.stops(ethernet(
                    new PacketBuilder().identification(9).fragment(0, true).build(), 0x0800)));
            assertTrue(program.stops(later));
            byte[] other = ethernet(
                    new PacketBuilder().identification(10).fragment(50, false).build(), 0x0800);
            assertFalse(program.stops(other));
        }
    }

    @Test
    void shouldStopAndCountWhatFindsTheRingFull() throws Exception {
        try (LoadedProgram program = new LoadedProgram(1, PORTS, List.of())) {
            byte[] frame = ethernet(answer(), 0x0800);
            int frames = 1000;
            for (int i = 0; i < frames; i++) {
                assertTrue(program.stops(frame));
            }
            int handed = 0;
            while (program.next().isPresent()) {
                handed++;
            }
            assertTrue(handed > 300 && handed < frames, handed + " handed up");
            assertEquals(frames - handed, program.control().getLong(ControlLayout.lost(0)));
        }
    }

    @Test
    void shouldWakeASleepingReaderOnceAndNobodyElse() throws Exception {
        try (LoadedProgram program = new LoadedProgram(1, PORTS, List.of())) {
            byte[] frame = ethernet(answer(), 0x0800);
            program.control().putInt(ControlLayout.sleeping(0), 1);
            assertTrue(program.stops(frame));
            assertEquals(0, program.control().getInt(ControlLayout.sleeping(0)), "it is awake now");
            assertTrue(program.next().isPresent());
            assertTrue(program.next().isEmpty(), "what wakes is no packet");
        }
    }

    @Test
    void shouldKeepAClientInOneOfSeveralLanes() throws Exception {
        int lanes = 4;
        Set<Integer> used = new HashSet<>();
        try (LoadedProgram program = new LoadedProgram(lanes, PORTS, List.of())) {
            for (int client = 1; client < 100; client++) {
                int lane = laneOf(program, client, 10000);
                assertEquals(lane, laneOf(program, client, 20000));
                used.add(lane);
            }
        }
        assertEquals(Set.of(0, 1, 2, 3), used);
    }

    private static int laneOf(LoadedProgram program, int client, int port) throws Exception {
        byte[] ip = new PacketBuilder().to("192.0.2." + client, port).build();
        assertTrue(program.stops(ethernet(ip, 0x0800)));
        return program.next().orElseThrow().lane();
    }

    @Test
    void shouldCopyAsMuchAsItIsAskedFor() throws Exception {
        byte[] ip = new PacketBuilder().payload(new byte[1000]).build();
        try (LoadedProgram program = new LoadedProgram(1, PORTS, List.of())) {
            assertTrue(program.stops(ethernet(ip, 0x0800)));
            HandedUp handed = program.next().orElseThrow();
            assertEquals(1040, handed.length());
            assertArrayEquals(Arrays.copyOf(ip, LoadedProgram.COPY_RANGE_BYTES), handed.copied());
        }
    }
}
