package dev.intercept.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.packet.ResponsePacket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTranslationTest {

    @Test
    void shouldTranslateEachPairOnWhicheverSideItStandsAndLeaveOthersAlone() {
        AddressTranslation translation =
                AddressTranslation.parse(List.of("172.17.0.2-10.0.0.5", "10.9.9.9 - 10.78.0.1"));
        assertTranslated("10.0.0.5", "192.0.2.1", translation, "172.17.0.2", "192.0.2.1");
        assertTranslated("198.51.100.1", "10.78.0.1", translation, "198.51.100.1", "10.9.9.9");
        assertTranslated("10.0.0.5", "10.78.0.1", translation, "172.17.0.2", "10.9.9.9");
        assertTranslated("10.78.0.1", "10.0.0.5", translation, "10.9.9.9", "172.17.0.2");
        assertTranslated("172.17.0.4", "10.9.9.8", translation, "172.17.0.4", "10.9.9.8");
        assertSame(AddressTranslation.NONE, AddressTranslation.parse(List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"172.17.0.2", "172.17.0.2-", "a-b", "1.2.3.4-5.6.7.8-9.9.9.9", "::1-10.0.0.1", ""})
    void shouldNameAPairThatIsNone(String text) {
        assertRefused(
                "'" + text + "' is not a pair of IPv4 addresses such as 172.17.0.2-10.1.2.3:"
                        + " the one in the answers, a hyphen, the one tcpcopy knows",
                text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1.0.0.1-2.0.0.1 1.0.0.1-3.0.0.1 | 1.0.0.1-2.0.0.1 and 1.0.0.1-3.0.0.1 contradict each other: give each address one pair",
                "1.0.0.1-2.0.0.1 2.0.0.1-3.0.0.1 | 1.0.0.1-2.0.0.1 and 2.0.0.1-3.0.0.1 contradict each other: 2.0.0.1 would be both what tcpcopy knows and what is translated",
                "2.0.0.1-3.0.0.1 1.0.0.1-2.0.0.1 | 1.0.0.1-2.0.0.1 and 2.0.0.1-3.0.0.1 contradict each other: 2.0.0.1 would be both what tcpcopy knows and what is translated",
                "1.0.0.1-2.0.0.1 2.0.0.1-1.0.0.1 | 1.0.0.1-2.0.0.1 and 2.0.0.1-1.0.0.1 contradict each other: 2.0.0.1 would be both what tcpcopy knows and what is translated",
                "1.0.0.1-1.0.0.1 | '1.0.0.1-1.0.0.1' translates an address into itself: leave it out"
            })
    void shouldRefusePairsThatContradictEachOther(String pairs, String message) {
        assertRefused(message, pairs.split(" "));
    }

    @Test
    void shouldTakeThePairThatIsGivenTwice() {
        AddressTranslation translation = AddressTranslation.parse(List.of("1.0.0.1-2.0.0.1", "1.0.0.1-2.0.0.1"));
        assertTranslated("2.0.0.1", "192.0.2.1", translation, "1.0.0.1", "192.0.2.1");
    }

    private static void assertRefused(String message, String... pairs) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> AddressTranslation.parse(List.of(pairs)));
        assertEquals(message, e.getMessage());
    }

    private static void assertTranslated(
            String source, String destination, AddressTranslation translation, String from, String to) {
        ResponsePacket packet = new ResponsePacket();
        packet.wrap(new PacketBuilder().from(from, 80).to(to, 1000).toBuffer());
        translation.apply(packet);
        assertEquals(PacketBuilder.address(source), packet.sourceAddress());
        assertEquals(PacketBuilder.address(destination), packet.destinationAddress());
    }
}
