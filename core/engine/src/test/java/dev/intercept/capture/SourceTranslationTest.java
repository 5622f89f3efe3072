package dev.intercept.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.packet.ResponsePacket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceTranslationTest {

    @Test
    void shouldTranslateEachPairAndLeaveOthersAlone() {
        SourceTranslation translation =
                SourceTranslation.parse(List.of("172.17.0.2-10.0.0.5", "172.17.0.3 - 10.0.0.6"));
        assertEquals(PacketBuilder.address("10.0.0.5"), translated(translation, "172.17.0.2"));
        assertEquals(PacketBuilder.address("10.0.0.6"), translated(translation, "172.17.0.3"));
        assertEquals(PacketBuilder.address("172.17.0.4"), translated(translation, "172.17.0.4"));
        assertSame(SourceTranslation.NONE, SourceTranslation.parse(List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"172.17.0.2", "172.17.0.2-", "a-b", "1.2.3.4-5.6.7.8-9.9.9.9", "::1-10.0.0.1", ""})
    void shouldNameAPairThatIsNone(String text) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> SourceTranslation.parse(List.of(text)));
        assertEquals(
                "'" + text + "' is not a pair of IPv4 addresses such as 172.17.0.2-10.1.2.3:"
                        + " the one the server answers from, a hyphen, the one tcpcopy sends to",
                e.getMessage());
    }

    private static int translated(SourceTranslation translation, String source) {
        ResponsePacket packet = new ResponsePacket();
        packet.wrap(new PacketBuilder().from(source, 80).toBuffer());
        translation.apply(packet);
        return packet.sourceAddress();
    }
}
