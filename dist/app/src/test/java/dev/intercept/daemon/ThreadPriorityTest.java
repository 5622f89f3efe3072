package dev.intercept.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Nice values as the kernel has them; those above 0 need no privilege. */
class ThreadPriorityTest {

    /** Field 19 of proc(5)'s stat; the name, the second, may have blanks. */
    private static int nice() {
        return nice(Path.of("/proc/thread-self"));
    }

    private static int nice(Path task) {
        try {
            String stat = Files.readString(task.resolve("stat"));
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

    /** HotSpot's VM thread collects garbage, with the serial collector, and every other thread waits for it. */
    @Test
    void shouldTakeTheCollectorAlong() throws Exception {
        Path collector;
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            collector = tasks.filter(task -> name(task).equals("VM Thread"))
                    .findAny()
                    .orElseThrow();
        }
        int before = nice(collector);
        for (int nice : new int[] {before + 3, before}) {
            Thread thread = new Thread(() -> ThreadPriority.raise(Optional.of(nice)));
            thread.start();
            thread.join();
            assertEquals(nice, nice(collector));
        }
    }

    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (IOException e) { // It has ended.
            return "";
        }
    }
}
