package dev.intercept.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
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

    private static final Formatter TEXT_ALONE = new Formatter() {
        @Override
        public String format(LogRecord record) {
            return record.getMessage() + "\n";
        }
    };

    private final Disk disk = new Disk();
    private boolean opens = true;

    private LogHandler handler() throws IOException {
        LogHandler handler = new LogHandler(() -> {
            if (!opens) {
                throw new IOException("gone");
            }
            return disk;
        });
        handler.setFormatter(TEXT_ALONE);
        return handler;
    }

    private static LogRecord info(String text) {
        return new LogRecord(Level.INFO, text);
    }

    @Test
    void shouldCountLinesThatAFullDiskRefusedAndSaySoLater() throws IOException {
        LogHandler handler = handler();
        handler.publish(info("one"));
        handler.flush();
        disk.isFull = true;
        handler.publish(info("two"));
        handler.publish(info("three"));
        handler.flush();
        disk.isFull = false;
        handler.publish(info("four"));
        handler.publish(info("five"));
        handler.flush();
        assertEquals("one\n2 log lines before this one could not be written\nfour\nfive\n", disk.written.toString());
    }

    @Test
    void shouldLeaveOutWhatIsBelowItsLevel() throws IOException {
        LogHandler handler = handler();
        handler.setLevel(Level.WARNING);
        handler.publish(info("chatter"));
        handler.flush();
        assertEquals("", disk.written.toString());
    }

    @Test
    void shouldKeepTheOldDestinationWhenTheNewOneCannotBeOpened() throws IOException {
        LogHandler handler = handler();
        opens = false;
        assertThrows(IOException.class, () -> handler.reopen(info("reopened")));
        handler.publish(info("still here"));
        handler.flush();
        assertEquals("still here\n", disk.written.toString());
    }

    @Test
    void shouldNeverMakeWhoLogsWaitForAStuckDestination() throws IOException {
        CountDownLatch read = new CountDownLatch(1);
        LogHandler handler = new LogHandler(() -> new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                try {
                    read.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                disk.write(bytes, offset, length);
            }
        });
        handler.setFormatter(TEXT_ALONE);
        int lines = 3 * LogHandler.CAPACITY_LINES;
        for (int i = 0; i < lines; i++) {
            handler.publish(info("line"));
        }
        read.countDown();
        int published = lines;
        do {
            handler.publish(info("end"));
            published++;
            handler.flush();
        } while (!disk.written.toString().endsWith("end\n"));
        handler.flush();
        int accountedFor = 0;
        for (String line : disk.written.toString().split("\n")) {
            accountedFor += line.endsWith("could not be written") ? Integer.parseInt(line.split(" ")[0]) : 1;
        }
        assertEquals(published, accountedFor);
        assertTrue(disk.written.toString().contains(" log lines before this one could not be written\n"));
    }

    @Test
    void shouldReopenAlthoughTheQueueIsFull() throws IOException {
        Disk second = new Disk();
        CountDownLatch read = new CountDownLatch(1);
        List<OutputStream> streams = new ArrayList<>(List.of(
                new OutputStream() {
                    @Override
                    public void write(int b) {
                        throw new AssertionError("lines are written whole");
                    }

                    @Override
                    public void write(byte[] bytes, int offset, int length) throws IOException {
                        try {
                            read.await();
                        } catch (InterruptedException e) {
                            throw new IOException(e);
                        }
                    }
                },
                second));
        LogHandler handler = new LogHandler(() -> streams.remove(0));
        handler.setFormatter(TEXT_ALONE);
        for (int i = 0; i < 2 * LogHandler.CAPACITY_LINES; i++) {
            handler.publish(info("line"));
        }
        handler.reopen(info("reopened"));
        read.countDown();
        while (!second.written.toString().contains("reopened\n")) {
            handler.flush();
        }
    }
}
