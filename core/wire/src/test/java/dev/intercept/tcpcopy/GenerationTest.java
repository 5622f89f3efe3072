package dev.intercept.tcpcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The values of each generation, and the bytes that its clients send. */
class GenerationTest {

    private static final List<String> OPENINGS = List.of(
            "",
            "",
            "",
            "",
            "0000000000000003000000000000",
            "0000000000000004000000000000",
            "0000000000000005000000000000",
            "0000000000000006000000000000");

    private static final List<String> ADDS = List.of(
            "0a4e0001e7160100",
            "01004e0a16e70001",
            "01004e0a16e70001",
            "01004e0a16e70001",
            "01004e0a16e7000103004d0a901f",
            "0a4e0001e71600010a4d00031f90",
            "0a4e0001e71600010a4d00031f90",
            "0a4e0001e71600010a4d00031f90");

    @Test
    void shouldEncodeWhatRealClientsSend() {
        for (int i = 0; i < Generation.all().size(); i++) {
            Generation generation = Generation.all().get(i);
            ByteBuffer out = ByteBuffer.allocate(64);
            generation.encodeOpening(out);
            assertEquals(OPENINGS.get(i), hex(out), generation.name());
            generation.encodeAdd(out, 0x0a4e0001, 59158, 0x0a4d0003, 8080);
            assertEquals(ADDS.get(i), hex(out), generation.name());
            generation.encodeDelete(out, 0x0a4e0001, 59158, 0x0a4d0003, 8080);
            assertEquals(deleteOf(ADDS.get(i)), hex(out), generation.name());
        }
    }

    @Test
    void shouldBeFoundByNameAndByOpeningVersion() {
        for (Generation generation : Generation.all()) {
            assertEquals(Optional.of(generation), Generation.named(generation.name()));
        }
        assertEquals(Optional.of(Generation.V1), Generation.named("6"));
        for (String unknown : new String[] {"", "0", "1", "7", "0.5", "2.x", " 1.x"}) {
            assertEquals(Optional.empty(), Generation.named(unknown), "'" + unknown + "'");
        }
        assertEquals("0.6, 0.7, 0.8, 0.9, 3, 4, 5, 1.x", Generation.names());
    }

    @Test
    void shouldKnowWhichOthersBeginAlike() {
        assertTrue(Generation.V0_7.beginsLike(Generation.V0_8));
        assertTrue(Generation.V0_9.beginsLike(Generation.V0_7));
        assertTrue(Generation.OPENING_3.beginsLike(Generation.V1));
        assertFalse(Generation.V0_6.beginsLike(Generation.V0_7));
        assertFalse(Generation.V0_9.beginsLike(Generation.OPENING_3));
        assertFalse(Generation.V1.beginsLike(Generation.V0_6));
    }

    @Test
    void shouldHonourDeleteWhereTheServersOfTheTimeDid() {
        assertEquals(
                List.of(Generation.V0_6, Generation.V0_7),
                Generation.all().stream().filter(Generation::honoursDelete).toList());
    }

    private static String deleteOf(String add) {
        String type = add.startsWith("0100", 12) ? "0200" : "0002";
        return add.substring(0, 12) + type + add.substring(16);
    }

    private static String hex(ByteBuffer out) {
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes).clear();
        return HexFormat.of().formatHex(bytes);
    }
}
