package dev.intercept.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.bpf.BpfMap;
import dev.intercept.bpf.Program;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    private static final AnswerMaps REPLAYED = new AnswerMaps(
            CONTROL,
            MAPS.fragments(),
            MAPS.rings(),
            MAPS.passList(),
            Optional.of(new ReplayedMaps(
                    new BpfMap("ic_routes", 15), 3, new BpfMap("ic_unknown", 16), new BpfMap("ic_translation", 17))),
            MAPS.requests());

    private static final Program ANSWERS = AnswerProgram.build(MAPS, 128, 14, 0);
    private static final Program OF_REPLAYED = AnswerProgram.build(REPLAYED, 128, 14, 1_000_000_000);
    private static final Program TIMED = RequestProgram.build(CONTROL, REQUESTS, 14);

    private static final Pattern CHANGE = Pattern.compile(" *\\d+: (r\\d+) (\\S*= .*)");
    private static final Pattern SUM = Pattern.compile("\\+= (r\\d+)");

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

    /**
     * What is added to a place in a map needs a bound, and a kernel before 6.6 knows none of a number whose byte order was changed,
     * nor what follows from it; a mask it understands.
     */
    @Test
    void shouldMaskEachNumberThatIsAddedToAPlaceInAMap() {
        for (Program program : List.of(ANSWERS, OF_REPLAYED, TIMED)) {
            Map<String, String> latest = new HashMap<>();
            int sums = 0;
            for (String line : program.listing().lines().toList()) {
                Matcher change = CHANGE.matcher(line);
                if (!change.matches()) {
                    continue;
                }
                boolean isPlace = latest.getOrDefault(change.group(1), "").startsWith("= map");
                Matcher sum = SUM.matcher(change.group(2));
                if (isPlace && sum.matches()) {
                    sums++;
                    assertTrue(latest.get(sum.group(1)).startsWith("&= "), line);
                }
                latest.put(change.group(1), change.group(2));
            }
            assertEquals(1, sums);
        }
    }

    /**
     * What a kernel before 6.12 refuses to a program whose owner lacks CAP_PERFMON: "attempt to corrupt spilled pointer on stack".
     */
    @Test
    void shouldWriteNoPartOfAnEightOfTheStackAtWhoseBeginningARegisterWasStored() {
        for (Program program : List.of(ANSWERS, OF_REPLAYED, TIMED)) {
            assertTrue(new StackWalk(program).ends() > 0);
        }
    }

    /** Else Linux 7.3 refuses the copy: "R4 invalid zero-sized read". */
    @Test
    void shouldLookAtTheLeastLengthLast() {
        for (Program program : List.of(ANSWERS, OF_REPLAYED)) {
            List<String> lines = program.listing()
                    .lines()
                    .map(line -> line.replaceFirst(" *\\d+: ", ""))
                    .toList();
            List<String> looks = lines.subList(0, lines.indexOf("r4 = r7")).stream()
                    .filter(line -> line.startsWith("if r7 < "))
                    .toList();
            assertTrue(looks.get(looks.size() - 1).startsWith("if r7 < 20 goto "), looks::toString);
        }
    }

    @Test
    void shouldBeTheSameBytesOnEveryMachineOfAByteOrder() throws Exception {
        assertEquals("541d618f6058e6c3", digest(ANSWERS, ByteOrder.LITTLE_ENDIAN), "x86-64, arm64");
        assertEquals("7664f4738218b287", digest(ANSWERS, ByteOrder.BIG_ENDIAN), "s390x");
        assertEquals("7c5eed5930908be6", digest(TIMED, ByteOrder.LITTLE_ENDIAN), "x86-64, arm64");
        assertEquals("ade56569b37002b0", digest(TIMED, ByteOrder.BIG_ENDIAN), "s390x");
    }
}
