package dev.intercept.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.spi.BackendException.Kind;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;

class BackendExceptionTest {

    @Test
    void shouldHaveTheWordsOfItsCauseWithoutItsOwn() {
        Exception wordless = new ClosedChannelException();

        assertEquals(
                "java.nio.channels.ClosedChannelException",
                new BackendException(Kind.REFUSED, wordless.getMessage(), wordless).getMessage());
        assertEquals("eth0 is down", new BackendException(Kind.REFUSED, "eth0 is down", wordless).getMessage());
    }
}
