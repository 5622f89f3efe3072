package dev.intercept.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LogHandlerTest {

    /** Takes everything, or refuses everything like a full disk. */
    private static final class Disk extends OutputStream {
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private boolean isFull;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (isFull) {
                throw new IOException("No space left on device");
            }
            written.write(bytes, offset, length);
        }
    }

    private final Disk disk = new Disk();
    private boolean opens = true;

    private LogHandler handler() throws IOException {
        LogHandler handler = new LogHandler(() -> {
            if (!opens) {
                throw new IOException("gone");
            }
            return disk;
        });
        handler.setFormatter(new Formatter() {
            @Override
            public String format(LogRecord record) {
                return record.getMessage() + "\n";
            }
        });
        return handler;
    }

    private static LogRecord info(String text) {
        return new LogRecord(Level.INFO, text);
    }

    @Test
    void shouldCountLinesThatAFullDiskRefusedAndSaySoLater() throws IOException {
        LogHandler handler = handler();
        handler.publish(info("one"));
        disk.isFull = true;
        handler.publish(info("two"));
        handler.publish(info("three"));
        disk.isFull = false;
        handler.publish(info("four"));
        handler.publish(info("five"));
        assertEquals("one\n2 log lines before this one could not be written\nfour\nfive\n", disk.written.toString());
    }

    @Test
    void shouldLeaveOutWhatIsBelowItsLevel() throws IOException {
        LogHandler handler = handler();
        handler.setLevel(Level.WARNING);
        handler.publish(info("chatter"));
        assertEquals("", disk.written.toString());
    }

    @Test
    void shouldKeepTheOldDestinationWhenTheNewOneCannotBeOpened() throws IOException {
        LogHandler handler = handler();
        opens = false;
        assertThrows(IOException.class, handler::reopen);
        handler.publish(info("still here"));
        assertEquals("still here\n", disk.written.toString());
    }
}
