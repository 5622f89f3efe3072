package dev.intercept.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.net.InetAddresses;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import org.junit.jupiter.api.Test;

class ListenFailureTest {

    private static final InetSocketAddress LOOPBACK = new InetSocketAddress(InetAddresses.forString("127.0.0.1"), 80);

    @Test
    void shouldNameTheAddressesThatThisHostHas() {
        InetSocketAddress foreign = new InetSocketAddress(InetAddresses.forString("192.0.2.99"), 36524);
        String text = ListenFailure.text(foreign, new BindException("in whatever language"), "-b", "-p");
        assertTrue(text.startsWith("this host has no such address; it has "), text);
        assertTrue(text.contains("127.0.0.1"), text);
        assertTrue(text.endsWith(": choose one with -b"), text);
        assertFalse(text.contains("%"), text);
    }

    @Test
    void shouldSayWhatToChooseWhereThePortIsTaken() {
        BindException taken = new BindException("Address already in use");
        assertEquals(
                "Address already in use; choose another with -p or -b, or stop what holds it",
                ListenFailure.text(LOOPBACK, taken, "-b", "-p"));
        assertEquals(
                "Address already in use; choose another with --metrics, or stop what holds it",
                ListenFailure.text(LOOPBACK, taken, "--metrics", "--metrics"));
    }

    @Test
    void shouldSayWhichPortsNeedNoPrivilege() {
        assertEquals(
                "Permission denied; choose a port from 1024 on with -p, or run as root",
                ListenFailure.text(LOOPBACK, new SocketException("Permission denied"), "-b", "-p"));
    }
}
