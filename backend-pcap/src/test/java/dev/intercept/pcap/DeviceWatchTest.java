package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.LogLines;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeviceWatchTest {

    private static final String DOWN =
            "WARNING pcap:eth0: eth0 is down; capture goes on by itself when it is up again: ip link set eth0 up";

    private final LogLines log = new LogLines(DeviceWatch.class);
    private final AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE - 5);
    private DeviceState state = DeviceState.UP;

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void shouldSayOnceThatADeviceWentDownAndOnceThatItIsBack() {
        DeviceWatch watch = watch();
        state = DeviceState.DOWN;
        idle(watch, 10);
        assertEquals(List.of(DOWN), log.lines());
        state = DeviceState.UP;
        idle(watch, 10);
        assertEquals(
                List.of(DOWN, "INFO pcap:eth0: capture goes on after 2 s; what passed meanwhile was not seen"),
                log.lines());
    }

    @Test
    void shouldSayNothingOfADeviceThatCannotBeAskedFor() {
        DeviceWatch watch = watch();
        state = DeviceState.UNKNOWN;
        idle(watch, 10);
        assertEquals(List.of(), log.lines());
        assertFalse(watch.hasGone());
        assertEquals(List.of(), log.lines());
        assertFalse(watch.canBeOpened(), "which takes descriptors too");
        state = DeviceState.UP;
        passMs(DeviceWatch.LOOK_INTERVAL_MS);
        assertTrue(watch.canBeOpened());
    }

    @Test
    void shouldLookFourTimesASecondAndNotAtEveryIdlePoll() {
        DeviceWatch watch = watch();
        watch.idle();
        state = DeviceState.DOWN;
        passMs(249);
        watch.idle();
        assertEquals(List.of(), log.lines());
        passMs(1);
        watch.idle();
        assertEquals(List.of(DOWN), log.lines());
    }

    @Test
    void shouldSayOnceThatADeviceWasRemovedAfterItWentDown() {
        DeviceWatch watch = watch();
        state = DeviceState.DOWN;
        watch.idle();
        state = DeviceState.GONE;
        assertTrue(watch.hasGone());
        assertEquals(List.of(DOWN), log.lines());
    }

    @Test
    void shouldSayThatThereIsNoSuchDeviceAnyMore() {
        DeviceWatch watch = watch();
        state = DeviceState.GONE;
        assertTrue(watch.hasGone());
        assertEquals(
                List.of(
                        "WARNING pcap:eth0: there is no device eth0 any more; capture goes on by itself when one of that "
                                + "name is there and up"),
                log.lines());
    }

    @Test
    void shouldHaveADeviceOpenedAgainAtOnceAndThenWhenItIsUp() {
        DeviceWatch watch = watch();
        assertFalse(watch.hasGone());
        assertTrue(watch.canBeOpened());
        state = DeviceState.DOWN;
        passMs(250);
        assertFalse(watch.canBeOpened());
        state = DeviceState.UP;
        assertFalse(watch.canBeOpened(), "not time to look");
        assertEquals(250, watch.msToLook());
        passMs(250);
        assertTrue(watch.canBeOpened());
    }

    @Test
    void shouldNotMissTheStateOfADeviceThatHasNone() {
        state = DeviceState.GONE;
        DeviceWatch any = new DeviceWatch("pcap:any", "any", () -> state, nowNs::get);
        idle(any, 10);
        assertEquals(List.of(), log.lines());
        assertFalse(any.hasGone());
        assertTrue(any.canBeOpened());
    }

    private DeviceWatch watch() {
        return new DeviceWatch("pcap:eth0", "eth0", () -> state, nowNs::get);
    }

    private void idle(DeviceWatch watch, int polls) {
        for (int i = 0; i < polls; i++) {
            watch.idle();
            passMs(250);
        }
    }

    private void passMs(long ms) {
        nowNs.addAndGet(TimeUnit.MILLISECONDS.toNanos(ms));
    }
}
