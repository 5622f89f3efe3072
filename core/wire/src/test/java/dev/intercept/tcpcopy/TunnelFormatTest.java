package dev.intercept.tcpcopy;

import static dev.intercept.tcpcopy.Responses.ACK;
import static dev.intercept.tcpcopy.Responses.SYN_ACK;
import static dev.intercept.tcpcopy.Responses.SYN_OPTIONS;
import static dev.intercept.tcpcopy.Responses.headers;
import static dev.intercept.tcpcopy.Responses.response;
import static dev.intercept.tcpcopy.Responses.written;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.packet.ResponsePacket;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What each generation's clients are sent for one response. */
class TunnelFormatTest {

    private static final ProtocolOptions PAYLOAD =
            new ProtocolOptions(ProtocolOptions.Combined.AUTO, true, false, Optional.empty());

    private static final String ROUTE_OPTION = "83070400000000" + "00";
    private static final String TIME_STAMPS = "0101" + "080a1111111122222222";
    private static final String THREE_SACK_BLOCKS = "0101" + "051a" + "0a".repeat(24);

    @Test
    void shouldLeaveOptionsOutButKeepTheLengthsThatCountThemUpTo07() {
        for (Generation generation : new Generation[] {Generation.V0_6, Generation.V0_7}) {
            ResponsePacket synAck = response(SYN_ACK, SYN_OPTIONS, 0);
            assertEquals(headers(60, 40, SYN_ACK), written(plain(generation), synAck));
        }
    }

    @Test
    void shouldKeepOnlyTheWindowScaleOfASynIn08() {
        String message = written(plain(Generation.V0_8), response(SYN_ACK, SYN_OPTIONS, 0));
        assertEquals(headers(44, 24, SYN_ACK) + "03040700" + zeros(16), message);
    }

    @Test
    void shouldKeepNoOptionsOfASynWithoutWindowScaleIn08() {
        String message = written(plain(Generation.V0_8), response(SYN_ACK, "020405b4", 0));
        assertEquals(headers(40, 20, SYN_ACK) + zeros(20), message);
    }

    @Test
    void shouldKeepNoOptionsAfterTheHandshakeIn08() {
        String message = written(plain(Generation.V0_8), response(ACK, TIME_STAMPS, 100));
        assertEquals(headers(140, 20, ACK) + zeros(20), message);
    }

    @Test
    void shouldIgnoreAWindowScaleWithoutAShift() {
        String message = written(plain(Generation.V0_8), response(SYN_ACK, "03020101", 0));
        assertEquals(headers(40, 20, SYN_ACK) + zeros(20), message);
    }

    /** The first 60 bytes are a message of 0.8, all 80 are one of 0.9, and the rest is ten batches of none to 0.8. */
    @Test
    void shouldSendWhatBoth08And09Understand() {
        TunnelFormat both = plain(Generation.V0_8_OR_V0_9);
        assertTrue(both.combined());
        assertEquals(1, both.batchLimit());
        String withoutTimeStamps = "020405b40402" + "0101" + "01030307";
        assertEquals(
                headers(44, 24, SYN_ACK) + "03040700" + zeros(36),
                written(both, response(SYN_ACK, withoutTimeStamps, 0)));
        assertEquals(
                headers(60, 40, SYN_ACK) + SYN_OPTIONS + zeros(20), written(both, response(SYN_ACK, SYN_OPTIONS, 0)));
        assertEquals(headers(152, 32, ACK) + TIME_STAMPS + zeros(28), written(both, response(ACK, TIME_STAMPS, 100)));
        String cut = written(both, response(ACK, TIME_STAMPS + THREE_SACK_BLOCKS, 0));
        assertEquals(zeros(20), cut.substring(120));
        assertTrue(cut.contains(TIME_STAMPS.substring(4)), cut);
    }

    /** Each length of an option before it, and each place of the window scale in what is longer than the area. */
    @Test
    void shouldKeepTheWindowScaleWhateverStandsBeforeIt() {
        for (int before = 2; before <= 37; before++) {
            String options = "fd" + String.format("%02x", before) + "aa".repeat(before - 2) + "030307";
            options += "00".repeat((4 - options.length() / 2 % 4) % 4);
            String message = written(plain(Generation.V1), response(SYN_ACK, options, 0));
            assertTrue(message.substring(80).contains("030307"), before + ": " + message);
            int tcpBytes = Integer.parseInt(message.substring(64, 65), 16) * 4;
            assertEquals(20 + tcpBytes, Integer.parseInt(message.substring(4, 8), 16), "total length, " + before);
        }
        assertTrue(
                written(
                                plain(Generation.V1),
                                response(SYN_ACK, "fd16" + "aa".repeat(20) + "020405b4" + "030307010101", 0))
                        .substring(80)
                        .startsWith("020405b4030307"),
                "what fits beside it stays");
    }

    @Test
    void shouldSendShorterBatchesWhenAsked() {
        for (int[] limit : new int[][] {{8, 8}, {0, 1}, {1, 1}, {17, 16}}) {
            ProtocolOptions options =
                    new ProtocolOptions(ProtocolOptions.Combined.AUTO, false, false, Optional.empty(), limit[0]);
            TunnelFormat format = TunnelFormat.of(Generation.V1, options);
            assertTrue(format.combined());
            assertEquals(limit[1], format.batchLimit());
        }
    }

    @Test
    void shouldKeepFortyBytesOfOptionsIn09() {
        String options = TIME_STAMPS + THREE_SACK_BLOCKS;
        assertEquals(headers(80, 60, ACK) + options, written(plain(Generation.OPENING_5), response(ACK, options, 0)));
    }

    @Test
    void shouldKeepTwentyFourBytesOfOptionsIn1x() {
        String options = TIME_STAMPS + TIME_STAMPS;
        assertEquals(headers(64, 44, ACK) + options, written(plain(Generation.V1), response(ACK, options, 0)));
    }

    @Test
    void shouldCutLongOptionsBetweenOptionsAndSendTheirLengthIn1x() {
        String message = written(plain(Generation.V1), response(ACK, TIME_STAMPS + THREE_SACK_BLOCKS, 1000));
        String kept = "080a1111111122222222" + "0000";
        assertEquals(headers(1052, 32, ACK) + kept + zeros(12), message, "ten bytes of time stamps, padded to twelve");
    }

    @Test
    void shouldKeepOptionsBehindOneThatIsTooLong() {
        String cookie = "2216" + "cc".repeat(20);
        String options = "020405b4" + cookie + "030307" + "000000";
        assertEquals(
                headers(48, 28, SYN_ACK) + "020405b4" + "03030700" + zeros(16),
                written(plain(Generation.V1), response(SYN_ACK, options, 0)));
    }

    @Test
    void shouldStopAtAnOptionWhoseLengthCannotBe() {
        for (String length : new String[] {"00", "01", "1b", "ff"}) {
            String options = "020405b4" + "08" + length + "00".repeat(22);
            String message = written(plain(Generation.V1), response(ACK, options, 0));
            assertEquals(headers(44, 24, ACK) + "020405b4" + zeros(20), message, "length " + length);
        }
    }

    @Test
    void shouldSendIpOptionsToNobody() {
        ResponsePacket synAck = response(ROUTE_OPTION, SYN_ACK, SYN_OPTIONS, 5, 5);
        assertEquals(headers(65, 40, SYN_ACK), written(plain(Generation.V0_6), synAck));
        assertEquals(headers(49, 24, SYN_ACK) + "03040700" + zeros(16), written(plain(Generation.V0_8), synAck));
        assertEquals(headers(65, 40, SYN_ACK) + SYN_OPTIONS + zeros(20), written(plain(Generation.V0_9), synAck));
        assertEquals(headers(65, 40, SYN_ACK) + SYN_OPTIONS + zeros(4), written(plain(Generation.V1), synAck));
    }

    @Test
    void shouldCutIpOptionsAndLongTcpOptionsTogether() {
        ResponsePacket ack = response(ROUTE_OPTION, ACK, TIME_STAMPS + THREE_SACK_BLOCKS, 10, 10);
        String kept = "080a1111111122222222" + "0000";
        assertEquals(headers(62, 32, ACK) + kept + zeros(12), written(plain(Generation.V1), ack));
    }

    @Test
    void shouldSendTheTotalLengthOfASegmentNotYetCut() {
        ResponsePacket large = response("", ACK, TIME_STAMPS, 65535 - 52, 0);
        assertEquals(headers(65535, 32, ACK) + TIME_STAMPS + zeros(12), written(plain(Generation.V1), large));
    }

    @Test
    void shouldSendEarlierClientsTheLengthOfASegmentNotYetCutToo() {
        ResponsePacket large = response("", ACK, TIME_STAMPS, 65535 - 52, 0);
        assertEquals(headers(65535, 32, ACK), written(plain(Generation.V0_6), large));
        assertEquals(headers(65535, 32, ACK), written(plain(Generation.V0_7), large));
        assertEquals(headers(65535 - 12, 20, ACK) + zeros(20), written(plain(Generation.V0_8), large));
        assertEquals(headers(65535, 32, ACK) + TIME_STAMPS + zeros(28), written(plain(Generation.V0_9), large));
    }

    @Test
    void shouldCarryPayloadOfOneTo128BytesBehindTheHeadersItSends() {
        String payload = "0102030405";
        ResponsePacket ack = response(ACK, TIME_STAMPS, 5);
        assertEquals(headers(57, 32, ACK) + payload + zeros(123), written(payload(Generation.V0_7), ack));
        assertEquals(headers(45, 20, ACK) + payload + zeros(143), written(payload(Generation.V0_8), ack));
        assertEquals(headers(57, 32, ACK) + TIME_STAMPS + payload + zeros(151), written(payload(Generation.V0_9), ack));
        assertEquals(headers(57, 32, ACK) + TIME_STAMPS + payload + zeros(135), written(payload(Generation.V1), ack));
    }

    @Test
    void shouldFillAMessageWithPayloadToItsLastByte() {
        String message = written(payload(Generation.V1), response(ACK, "01".repeat(24), 128));
        assertEquals(2 * 192, message.length());
        assertTrue(message.startsWith(headers(192, 44, ACK) + "01".repeat(24) + "0102"));
        assertTrue(message.endsWith("7f80"));
    }

    @Test
    void shouldLeaveOutPayloadOf129BytesAndKeepTheTotalLength() {
        String message = written(payload(Generation.V1), response(ACK, "", 129));
        assertEquals(headers(169, 20, ACK) + zeros(152), message);
    }

    @Test
    void shouldLeaveOutPayloadThatWasNotCapturedWhole() {
        String message = written(payload(Generation.V1), response("", ACK, "", 100, 99));
        assertEquals(headers(140, 20, ACK) + zeros(152), message);
    }

    @Test
    void shouldHaveTheSizeAndLimitOfEachGeneration() {
        int[][] expected = {
            {40, 1, 168, 1},
            {40, 1, 168, 1},
            {60, 20, 188, 6},
            {80, 20, 208, 6},
            {80, 20, 208, 6},
            {80, 20, 208, 6},
            {80, 16, 208, 6},
            {64, 16, 192, 6}
        };
        for (int i = 0; i < expected.length; i++) {
            Generation generation = Generation.all().get(i);
            assertEquals(expected[i][0], plain(generation).messageBytes(), generation.name());
            assertEquals(expected[i][1], plain(generation).batchLimit(), generation.name());
            assertEquals(expected[i][2], payload(generation).messageBytes(), generation.name());
            assertEquals(expected[i][3], payload(generation).batchLimit(), generation.name());
        }
    }

    @Test
    void shouldBatchOnlyWhereTheGenerationCanAndTheOptionAllows() {
        ProtocolOptions off = new ProtocolOptions(ProtocolOptions.Combined.OFF, false, false, Optional.empty());
        ProtocolOptions on = new ProtocolOptions(ProtocolOptions.Combined.ON, false, false, Optional.empty());
        assertFalse(TunnelFormat.of(Generation.V1, off).combined());
        assertTrue(TunnelFormat.of(Generation.V1, on).combined());
        assertFalse(TunnelFormat.of(Generation.V0_7, on).combined());
    }

    @Test
    void shouldDescribeItselfInOneLine() {
        assertEquals(
                "tcpcopy 1.0 and later (generation 1.x): messages of 64 bytes, combined up to 16",
                plain(Generation.V1).describe());
        ProtocolOptions bare = new ProtocolOptions(ProtocolOptions.Combined.OFF, true, true, Optional.empty());
        assertEquals(
                "tcpcopy 0.9.8 to 0.9.10 (generation 5): messages of 208 bytes with payload, one by one,"
                        + " answers spread without ADD",
                TunnelFormat.of(Generation.OPENING_5, bare).describe());
    }

    private static TunnelFormat plain(Generation generation) {
        return TunnelFormat.of(generation, ProtocolOptions.DEFAULTS);
    }

    private static TunnelFormat payload(Generation generation) {
        return TunnelFormat.of(generation, PAYLOAD);
    }

    private static String zeros(int bytes) {
        return "00".repeat(bytes);
    }
}
