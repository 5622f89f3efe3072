package dev.intercept.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.net.InetAddresses;
import dev.intercept.net.Cidr;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PassListTest {

    @Test
    void shouldContainNothingWhenEmpty() {
        assertFalse(new PassList(List.of()).contains(0));
        assertFalse(new PassList(List.of()).contains(-1));
    }

    @Test
    void shouldContainTheEndsOfARangeAndNotTheirNeighbours() {
        PassList list = new PassList(List.of(Cidr.parse("192.0.2.64/26"), Cidr.parse("10.0.0.1")));
        assertTrue(list.contains(address("192.0.2.64")));
        assertTrue(list.contains(address("192.0.2.127")));
        assertFalse(list.contains(address("192.0.2.63")));
        assertFalse(list.contains(address("192.0.2.128")));
        assertTrue(list.contains(address("10.0.0.1")));
        assertFalse(list.contains(address("10.0.0.0")));
        assertFalse(list.contains(address("10.0.0.2")));
    }

    @Test
    void shouldReachBothEndsOfTheAddressSpace() {
        PassList list = new PassList(List.of(Cidr.parse("0.0.0.0"), Cidr.parse("255.255.255.255")));
        assertTrue(list.contains(0));
        assertTrue(list.contains(-1));
        assertFalse(list.contains(1));
        assertTrue(new PassList(List.of(Cidr.parse("0.0.0.0/0"))).contains(0x80000000));
    }

    @Test
    void shouldRefuseAnIpv6Address() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new PassList(List.of(Cidr.parse("2001:db8::1"))));
        assertEquals("2001:db8::1/128 is not an IPv4 address: responses are IPv4", e.getMessage());
    }

    @Test
    void shouldAgreeWithLookingAtEachNetworkInTurn() {
        Random random = new Random(20261122);
        for (int round = 0; round < 200; round++) {
            List<Cidr> networks = new ArrayList<>();
            for (int i = random.nextInt(40); i > 0; i--) {
                int prefix = 20 + random.nextInt(13);
                networks.add(Cidr.parse(text(random.nextInt(1 << 12) & -1 << 32 - prefix) + "/" + prefix));
            }
            PassList list = new PassList(networks);
            for (int i = 0; i < 200; i++) {
                String candidate = text(random.nextInt(1 << 12));
                boolean expected = networks.stream().anyMatch(n -> n.contains(InetAddresses.forString(candidate)));
                assertEquals(expected, list.contains(address(candidate)), candidate + " in " + networks);
            }
        }
    }

    private static String text(int low) {
        return "10.0." + (low >> 8) + "." + (low & 0xff);
    }

    private static int address(String text) {
        return InetAddresses.coerceToInteger(InetAddresses.forString(text));
    }
}
