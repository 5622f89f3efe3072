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

/** The programs, word by word: a change is seen. */
class ProgramListingTest {

    private static final BpfMap CONTROL = new BpfMap("ic_control", 10);
    private static final BpfMap REQUESTS = new BpfMap("ic_requests", 14);
    private static final AnswerMaps MAPS = new AnswerMaps(
            CONTROL,
            new BpfMap("ic_fragments", 12),
            List.of(new BpfMap("ic_ring0", 13)),
            new BpfMap("ic_passlist", 11),
            Optional.empty(),
            Optional.of(REQUESTS));

    private static final Program ANSWERS = AnswerProgram.build(MAPS, 128, 14, 0);
    private static final Program TIMED = RequestProgram.build(CONTROL, REQUESTS, 14);

    private static String digest(Program program, ByteOrder order) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(program.bytes(order)), 0, 8);
    }

    private void assertListed(String resource, Program program) throws IOException {
        byte[] pinned = getClass().getResourceAsStream(resource).readAllBytes();
        assertEquals(new String(pinned, StandardCharsets.UTF_8), program.listing());
    }

    @Test
    void shouldBeTheProgramsThatWereReviewed() throws IOException {
        assertListed("ethernet.listing", ANSWERS);
        assertListed("requests.listing", TIMED);
    }

    @Test
    void shouldBeTheSameBytesOnEveryMachineOfAByteOrder() throws Exception {
        assertEquals("b63bda8cbb5a8aa5", digest(ANSWERS, ByteOrder.LITTLE_ENDIAN), "x86-64, arm64");
        assertEquals("dcdc50c9e9184edd", digest(ANSWERS, ByteOrder.BIG_ENDIAN), "s390x");
        assertEquals("48be6cc254132c85", digest(TIMED, ByteOrder.LITTLE_ENDIAN), "x86-64, arm64");
        assertEquals("de862cbcb94a9632", digest(TIMED, ByteOrder.BIG_ENDIAN), "s390x");
    }
}
