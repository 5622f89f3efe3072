package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.kit.LogLines;
import dev.intercept.netlink.Errno;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MessageCountersTest {

    private final MessageCounters counters = new MessageCounters();
    private final LogLines log = new LogLines(MessageCounters.class.getName());

    @AfterEach
    void release() {
        log.close();
    }

    @Test
    void shouldLogTheFirstMalformedMessageAndCountAll() {
        counters.malformed(1100);
        counters.malformed(1200);
        assertEquals(2, counters.malformed());
        assertEquals(
                List.of(
                        "WARNING ipqueue: a message of 1100 bytes from the kernel contradicts its own lengths; its packet is"
                                + " dropped. Compare \"uname -m\" with this Java: a 32-bit Java cannot use ip_queue of a 64-bit"
                                + " kernel"),
                log.lines());
    }

    @Test
    void shouldLogTheFirstUnknownTypeAndCountAll() {
        counters.unknown(77);
        counters.unknown(78);
        assertEquals(2, counters.unknown());
        assertEquals(
                List.of(
                        "WARNING ipqueue: ignored a netlink message of the type 77, which ip_queue does not send; please"
                                + " report it with the output of \"uname -a\""),
                log.lines());
    }

    @Test
    void shouldLogTheFirstRefusedVerdictAndCountAll() {
        counters.answer(Errno.EINVAL);
        counters.answer(Errno.EINVAL);
        assertEquals(2, counters.errors());
        assertEquals(
                List.of("WARNING ipqueue: the kernel refused a verdict with EINVAL (22); its packet stays queued until"
                        + " intercept stops. \"cat /proc/net/ip_queue\" shows how many wait; start intercept again if they"
                        + " grow"),
                log.lines());
    }

    @Test
    void shouldOnlyCountAVerdictForAPacketThatIsNoLongerQueued() {
        counters.answer(Errno.ENOENT);
        assertEquals(1, counters.notQueued());
        assertEquals(List.of(), log.lines());
    }

    @Test
    void shouldIgnoreAnAcknowledgement() {
        counters.answer(0);
        assertEquals(0, counters.errors());
        assertEquals(List.of(), log.lines());
    }

    @Test
    void shouldReportAllCountsInOneLine() {
        counters.packets(64);
        assertEquals("packets=64 malformed=0 unknown=0 not_queued=0 errors=0", counters.toString());
    }

    @Test
    void shouldNameErrorNumbersItKnowsAndShowTheOthers() {
        assertEquals("EPROTONOSUPPORT (93)", Errno.text(93));
        assertEquals("errno 71", Errno.text(71));
    }
}
