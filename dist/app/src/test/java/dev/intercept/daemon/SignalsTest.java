package dev.intercept.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SignalsTest {

    private static final long PATIENCE_S = 300;

    /** SIGWINCH does nothing to a process that does not ask for it. */
    private static final String HARMLESS = "WINCH";

    private static void kill(String signal) throws Exception {
        // The shell's own kill: /bin/kill is a package of its own.
        String command = "kill -" + signal + " " + ProcessHandle.current().pid();
        assertEquals(0, new ProcessBuilder("sh", "-c", command).start().waitFor());
    }

    @Test
    void shouldCallTheActionEachTimeTheSignalArrives() throws Exception {
        BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
        Signals.handle(HARMLESS, arrived::add);
        kill(HARMLESS);
        assertEquals(HARMLESS, arrived.poll(PATIENCE_S, TimeUnit.SECONDS));
        kill(HARMLESS);
        assertEquals(HARMLESS, arrived.poll(PATIENCE_S, TimeUnit.SECONDS));
    }

    @Test
    void shouldSayWhichSignalCannotBeHandled() {
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> Signals.handle("KILL", name -> {}));
        assertEquals("cannot handle SIGKILL", e.getMessage());
    }
}
