package dev.intercept.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.net.InetAddresses;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.0.1, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.8, false",
        "192.0.2.128/25, 192.0.2.127, false",
        "192.0.2.128/25, 192.0.2.200, true",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, ::1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false"
    })
    void shouldContainWhatSharesItsPrefix(String network, String address, boolean isContained) {
        assertEquals(isContained, Cidr.parse(network).contains(InetAddresses.forString(address)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2.3", "", "host.example", "1.2.3.4.5", "256.1.1.1", "/8"})
    void shouldNameWhatIsNoAddress(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Cidr.parse(text));
        assertEquals("'" + text + "' is not an IP address or network such as 10.1.2.3 or 10.1.0.0/16", e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/", "1.2.3.4/x"})
    void shouldNameThePrefixThatIsOutOfRange(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Cidr.parse(text));
        assertEquals(
                "'" + text + "': the prefix length after the slash must be a whole number from 0 to 32",
                e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1/8, 10.0.0.0/8, 10.0.0.1",
        "192.0.2.129/25, 192.0.2.128/25, 192.0.2.129",
        "192.0.2.255/31, 192.0.2.254/31, 192.0.2.255",
        "1.2.3.4/0, 0.0.0.0/0, 1.2.3.4",
        "2001:db8::1/32, 2001:db8::/32, 2001:db8::1"
    })
    void shouldRefuseBitsBehindThePrefixAndSayBothThatMayBeMeant(String text, String network, String address) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Cidr.parse(text));
        assertEquals(
                "'" + text + "' has bits set behind its prefix: say " + network + " for the network, or " + address
                        + " for the one address",
                e.getMessage());
        assertEquals(network, Cidr.parse(network).toString());
    }

    @Test
    void shouldDistinguishAddressesReachableFromOutsideFromPrivateOnes() {
        assertTrue(PublicAddress.isPublic(InetAddresses.forString("198.51.100.1")));
        assertTrue(PublicAddress.isPublic(InetAddresses.forString("2001:db8::1")));
        for (String text :
                new String[] {"127.0.0.1", "10.1.1.1", "172.16.0.1", "192.168.1.1", "169.254.1.1", "fd00::1"}) {
            assertFalse(PublicAddress.isPublic(InetAddresses.forString(text)), text);
        }
        assertTrue(
                PublicAddress.reachableAt(InetAddresses.forString("127.0.0.1")).isEmpty());
        assertTrue(PublicAddress.reachableAt(InetAddresses.forString("198.51.100.1"))
                .isPresent());
    }
}
