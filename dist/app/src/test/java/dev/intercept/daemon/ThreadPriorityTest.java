package dev.intercept.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Nice values as the kernel has them; those above 0 need no privilege. */
class ThreadPriorityTest {

    /** Field 19 of proc(5)'s stat; the name, the second, may have blanks. */
    private static int nice() {
        try {
            String stat = Files.readString(Path.of("/proc/thread-self/stat"));
            return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldSetItForTheThreadAndThoseItStartsAndNoOther() throws Exception {
        int before = nice();
        List<Integer> seen = new CopyOnWriteArrayList<>();
        Thread thread = new Thread(() -> {
            ThreadPriority.raise(Optional.of(before + 3));
            seen.add(nice());
            CompletableFuture<Void> end = new CompletableFuture<>();
            new Thread(() -> {
                        seen.add(nice());
                        end.complete(null);
                    })
                    .start();
            end.join();
        });
        thread.start();
        thread.join();
        assertEquals(List.of(before + 3, before + 3), seen);
        assertEquals(before, nice());
    }
}
