package dev.intercept.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.bpf.BpfMap;
import dev.intercept.bpf.Program;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The program, word by word: a change of it shows. */
class ProgramListingTest {

    private static final AnswerMaps MAPS = new AnswerMaps(
            new BpfMap("ic_control", 10),
            new BpfMap("ic_fragments", 12),
            List.of(new BpfMap("ic_ring0", 13)),
            new BpfMap("ic_passlist", 11),
            Optional.empty());

    private static final Program ETHERNET = AnswerProgram.build(MAPS, 128, 14, 0);

    private static String digest(ByteOrder order) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(ETHERNET.bytes(order)), 0, 8);
    }

    @Test
    void shouldBeTheProgramThatWasReviewed() throws IOException {
        byte[] pinned = getClass().getResourceAsStream("ethernet.listing").readAllBytes();
        assertEquals(new String(pinned, StandardCharsets.UTF_8), ETHERNET.listing());
    }

    @Test
    void shouldBeTheSameBytesOnEveryMachineOfAByteOrder() throws Exception {
        assertEquals("3f8e7c43381c541b", digest(ByteOrder.LITTLE_ENDIAN), "x86-64, arm64");
        assertEquals("8ac239e12195a01e", digest(ByteOrder.BIG_ENDIAN), "s390x");
    }
}
