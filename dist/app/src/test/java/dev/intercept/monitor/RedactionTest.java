package dev.intercept.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RedactionTest {

    private final Redaction redaction = new Redaction();

    @Test
    void shouldGiveTheSameAddressTheSameName() {
        assertEquals(
                "ip-1:80 > ip-2/24, ip-1 and [ip-3]:443",
                redaction.redact("10.0.0.1:80 > 10.0.0.2/24, 10.0.0.1 and [2001:db8::1]:443"));
    }

    @Test
    void shouldLeaveWhatRevealsNothing() {
        String text = "127.0.0.1 0.0.0.0 ::1 at 10:11:12, version 6.18.44, 1.2.3.4.5, 999.1.1.1, dev::intercept";
        assertEquals(text, redaction.redact(text));
    }

    @Test
    void shouldReplaceMacAddressesButNotThoseOfNobody() {
        assertEquals(
                "link/ether mac-1 brd ff:ff:ff:ff:ff:ff; mac-1 mac-2; lo 00:00:00:00:00:00",
                redaction.redact(
                        "link/ether 02:42:ac:11:00:02 brd ff:ff:ff:ff:ff:ff; 02:42:AC:11:00:02 02:42:ac:11:00:03; lo 00:00:00:00:00:00"));
    }
}
