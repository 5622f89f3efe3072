package dev.intercept.tcpcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Client bytes of every generation, written down by hand, and what they say. */
class ClientDecoderTest {

    private static final String OPENING_6 = "0000000000000006000000000000";
    private static final String ADD_1X = "0a4e0001e71600010a4d00031f90";
    private static final String DEL_1X = "0a4e0001e71600020a4d00031f90";
    private static final String WITH_TARGET = "add 10.78.0.1:59158 10.77.0.3:8080";
    private static final String WITHOUT_TARGET = "add 10.78.0.1:59158 0.0.0.0:0";

    private final RecordLog log = new RecordLog();

    @Test
    void shouldReadRecordsOf06() throws Exception {
        decode(ProtocolOptions.DEFAULTS, "0a4e0001e7160100" + "0a4e0001e7160200");
        assertEquals(List.of("opened 0.6", WITHOUT_TARGET, "delete 10.78.0.1:59158 0.0.0.0:0"), log.lines);
    }

    @Test
    void shouldReadReversedRecordsOf07() throws Exception {
        decode(ProtocolOptions.DEFAULTS, "01004e0a16e70001" + "01004e0a16e70002");
        assertEquals(List.of("opened 0.7", WITHOUT_TARGET, "delete 10.78.0.1:59158 0.0.0.0:0"), log.lines);
    }

    @Test
    void shouldTakeNoClientForTlsWhoseAddressOnlyBeginsLikeIt() throws Exception {
        decode(ProtocolOptions.DEFAULTS, "1603000a16e70001");
        decode(ProtocolOptions.DEFAULTS, "1603010ae7010100");
        assertEquals(
                List.of("opened 0.7", "add 10.0.3.22:59158 0.0.0.0:0", "opened 0.6", "add 22.3.1.10:59137 0.0.0.0:0"),
                log.lines);
    }

    @Test
    void shouldReadRecordsOf08And09WhenTheOptionSaysSo() throws Exception {
        decode(forced("0.8"), "01004e0a16e70001");
        decode(forced("0.9"), "01004e0a16e70001");
        assertEquals(List.of("opened 0.8", WITHOUT_TARGET, "opened 0.9", WITHOUT_TARGET), log.lines);
    }

    @Test
    void shouldReadReversedRecordsWithTargetOfVersion3() throws Exception {
        decode(ProtocolOptions.DEFAULTS, "0000000000000003000000000000" + "01004e0a16e7000103004d0a901f");
        assertEquals(List.of("opened 3", WITH_TARGET), log.lines);
    }

    @Test
    void shouldReadRecordsWithTargetOfVersions4To6() throws Exception {
        decode(ProtocolOptions.DEFAULTS, "0000000000000004000000000000" + ADD_1X);
        decode(ProtocolOptions.DEFAULTS, "0000000000000005000000000000" + ADD_1X);
        decode(ProtocolOptions.DEFAULTS, OPENING_6 + ADD_1X + DEL_1X);
        assertEquals(
                List.of(
                        "opened 4",
                        WITH_TARGET,
                        "opened 5",
                        WITH_TARGET,
                        "opened 1.x",
                        WITH_TARGET,
                        WITH_TARGET.replace("add", "delete")),
                log.lines);
    }

    @Test
    void shouldTakeTheAdvancedFlagAsPartOfNoVersion() throws Exception {
        decode(ProtocolOptions.DEFAULTS, "0000000000008005000000000000" + ADD_1X);
        assertEquals(List.of("opened 5", WITH_TARGET), log.lines);
    }

    @Test
    void shouldIgnoreRecordsOfUnknownType() throws Exception {
        decode(ProtocolOptions.DEFAULTS, OPENING_6 + "0a4e0001e71600030a4d00031f90" + OPENING_6 + ADD_1X);
        decode(ProtocolOptions.DEFAULTS, "0a4e0001e7160100" + "0a4e0001e7160001" + "0a4e0001e7160100");
        assertEquals(List.of("opened 1.x", WITH_TARGET, "opened 0.6", WITHOUT_TARGET, WITHOUT_TARGET), log.lines);
    }

    @Test
    void shouldServeAnUnknownVersionAs1xAndSaySo() throws Exception {
        ClientDecoder decoder = decode(ProtocolOptions.DEFAULTS, "0000000000000007000000000000" + ADD_1X);
        assertEquals(List.of("opened 1.x", WITH_TARGET), log.lines);
        assertEquals(
                Optional.of(
                        "the client's opening record names version 7, which is not known here, and is served as 1.x;"
                                + " if it reports errors, try --generation=5"),
                decoder.format().notice());
    }

    @Test
    void shouldServeTheForcedGenerationToAClientThatBeginsLikeIt() throws Exception {
        ClientDecoder decoder = decode(forced("5"), OPENING_6 + ADD_1X);
        assertEquals(List.of("opened 5", WITH_TARGET), log.lines);
        assertEquals(
                Optional.of("the client's opening record names version 6, but --generation=5 forces another; leave the"
                        + " option out to go by the record"),
                decoder.format().notice());
    }

    @Test
    void shouldRecogniseClientsThatDoNotBeginLikeTheForcedGeneration() throws Exception {
        decode(forced("0.8"), "0a4e0001e7160100");
        decode(forced("0.8"), OPENING_6);
        decode(forced("1.x"), "01004e0a16e70001");
        assertEquals(List.of("opened 0.6", WITHOUT_TARGET, "opened 1.x", "opened 0.7", WITHOUT_TARGET), log.lines);
    }

    @Test
    void shouldSayThat07WasAssumedAndHowToChangeIt() throws Exception {
        ClientDecoder assumed = decode(ProtocolOptions.DEFAULTS, "01004e0a16e70001");
        assertEquals(
                Optional.of("clients 0.7, 0.8 and 0.9.0 begin alike, and 0.7 is assumed; for the others say"
                        + " --generation=0.8 or --generation=0.9 (they open three connections at once)"),
                assumed.format().notice());
        assertEquals(
                Optional.empty(),
                decode(forced("0.7"), "01004e0a16e70001").format().notice());
        assertEquals(
                Optional.empty(),
                decode(ProtocolOptions.DEFAULTS, OPENING_6).format().notice());
    }

    @Test
    void shouldHoldAnIncompleteRecordAndSaySo() throws Exception {
        ClientDecoder decoder = new ClientDecoder(ProtocolOptions.DEFAULTS);
        assertFalse(decoder.midRecord());
        byte[] bytes = HexFormat.of().parseHex(OPENING_6 + ADD_1X);
        for (int i = 0; i < bytes.length; i++) {
            decoder.decode(ByteBuffer.wrap(bytes, i, 1), log);
            assertEquals((i + 1) % 14 != 0, decoder.midRecord(), "after byte " + i);
            assertEquals(i >= 13, decoder.recognised(), "after byte " + i);
        }
        assertEquals(List.of("opened 1.x", WITH_TARGET), log.lines);
    }

    @Test
    void shouldHaveNoFormatBeforeTheFirstRecordIsWhole() throws Exception {
        ClientDecoder decoder = decode(ProtocolOptions.DEFAULTS, OPENING_6.substring(0, 26));
        assertNull(decoder.format());
        assertEquals(List.of(), log.lines);
    }

    @Test
    void shouldLeaveBytesOutsideThePositionAndLimitAlone() throws Exception {
        ByteBuffer in = ByteBuffer.wrap(HexFormat.of().parseHex("ffff" + OPENING_6 + ADD_1X + "ffff"));
        in.position(2).limit(30);
        new ClientDecoder(ProtocolOptions.DEFAULTS).decode(in, log);
        assertEquals(30, in.position());
        assertEquals(List.of("opened 1.x", WITH_TARGET), log.lines);
    }

    @Test
    void shouldOpenSingleClientsThatNeverSpeakWhenTheyAreAccepted() throws Exception {
        ClientDecoder decoder = new ClientDecoder(single("0.9"));
        decoder.accepted(log);
        assertEquals(List.of("opened 0.9"), log.lines);
        assertTrue(decoder.recognised());
        assertTrue(decoder.format().single());
        decoder.decode(ByteBuffer.wrap(HexFormat.of().parseHex("01004e0a16e70001")), log);
        assertEquals(List.of("opened 0.9", WITHOUT_TARGET), log.lines, "one that speaks after all");
    }

    @Test
    void shouldWaitForTheOpeningRecordOfSingleClientsThatSendOne() throws Exception {
        ClientDecoder decoder = new ClientDecoder(single("1.x"));
        decoder.accepted(log);
        assertEquals(List.of(), log.lines);
        decoder.decode(ByteBuffer.wrap(HexFormat.of().parseHex(OPENING_6)), log);
        assertEquals(List.of("opened 1.x"), log.lines);
        assertSame(Generation.V1, decoder.format().generation());
    }

    @Test
    void shouldRefuseAnotherGenerationWhereSilentClientsAreServed() {
        ClientDecoder decoder = new ClientDecoder(single("0.9"));
        decoder.accepted(log);
        ProtocolException refusal = assertThrows(
                ProtocolException.class,
                () -> decoder.decode(ByteBuffer.wrap(HexFormat.of().parseHex(OPENING_6)), log));
        assertEquals(
                "a client of generation 1.x on a server started with --single --generation=0.9, which sends to every"
                        + " client unasked; give the clients of each generation a server of their own",
                refusal.getMessage());
    }

    private ClientDecoder decode(ProtocolOptions options, String hex) throws ProtocolException {
        ClientDecoder decoder = new ClientDecoder(options);
        decoder.accepted(log);
        decoder.decode(ByteBuffer.wrap(HexFormat.of().parseHex(hex)), log);
        return decoder;
    }

    private static ProtocolOptions forced(String generation) {
        return new ProtocolOptions(ProtocolOptions.Combined.AUTO, false, false, Generation.named(generation));
    }

    private static ProtocolOptions single(String generation) {
        return new ProtocolOptions(ProtocolOptions.Combined.AUTO, false, true, Generation.named(generation));
    }
}
