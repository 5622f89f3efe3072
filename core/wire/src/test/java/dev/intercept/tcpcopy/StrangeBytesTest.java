package dev.intercept.tcpcopy;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The refusals of those who are no tcpcopy: the bytes, the likely cause, and what to do. */
class StrangeBytesTest {

    private static final String ONLY_TCPCOPY = "let nothing but tcpcopy connect to this port (--allow)";

    @ParameterizedTest
    @ValueSource(strings = {"GET / HT", "POST /a ", "HEAD / H", "OPTIONS ", "CONNECT ", "DELETE /", "PRI * HT"})
    void shouldNameAnHttpRequest(String start) {
        assertEquals("an HTTP request; " + ONLY_TCPCOPY, cause(start.getBytes(StandardCharsets.US_ASCII)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1603010200010001", "16030100f8010000", "1603030150010001"})
    void shouldNameATlsClientEvenIfItsLengthLooksLikeARecordType(String hex) {
        assertEquals("a TLS client; " + ONLY_TCPCOPY, cause(HexFormat.of().parseHex(hex)));
    }

    /** Of 0.7 to 0.9.0: address and port come in the byte order of a PC. */
    @Test
    void shouldTakeNoOldClientForTlsWhoseAddressHasAByteBeyond127() {
        byte[] record = HexFormat.of().parseHex("1603a8c0c8010001" + "000000000000");
        assertDoesNotThrow(
                () -> new ClientDecoder(ProtocolOptions.DEFAULTS).decode(ByteBuffer.wrap(record), new RecordLog()));
    }

    @Test
    void shouldNameAnSshClient() {
        assertEquals("an SSH client; " + ONLY_TCPCOPY, cause("SSH-2.0-".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void shouldNameOtherText() {
        assertEquals("text of another program; " + ONLY_TCPCOPY, cause("PROXY TC".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void shouldNameMessagesOfAnotherIntercept() {
        assertEquals(
                "an IPv4 header, as an intercept sends them; is another intercept or a proxy connected here?",
                cause(HexFormat.of().parseHex("4500003c00004000")));
    }

    @Test
    void shouldNameZeros() {
        assertEquals(
                "only zeros; a port scanner or another program, let nothing but tcpcopy connect (--allow)",
                cause(new byte[8]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0300001300e00000", "0000000000000001", "0000000000008002", "0a4e0001e7160003"})
    void shouldNotPretendToKnowTheRest(String hex) {
        assertEquals(
                "a port scanner, another program, or a tcpcopy newer than this server or changed by hand;"
                        + " if it is a tcpcopy, try --generation",
                cause(HexFormat.of().parseHex(hex)));
    }

    /** The message, less its beginning that names the bytes. */
    private static String cause(byte[] bytes) {
        String start = "first record " + HexFormat.ofDelimiter(" ").formatHex(bytes) + " is of no known tcpcopy: ";
        ProtocolException refusal =
                assertThrows(ProtocolException.class, () -> new ClientDecoder(ProtocolOptions.DEFAULTS)
                        .decode(ByteBuffer.wrap(bytes), new RecordLog()));
        assertEquals(start, refusal.getMessage().substring(0, start.length()));
        return refusal.getMessage().substring(start.length());
    }
}
