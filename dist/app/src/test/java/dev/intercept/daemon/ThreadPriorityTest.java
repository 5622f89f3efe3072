package dev.intercept.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
    void shouldSetItForAllButTheCompilersAndForThreadsToCome() throws Exception {
        int before = nice();
        Map<String, Integer> others = niceByName();
        assertTrue(others.containsKey("VM Thread"), others::toString); // HotSpot's, which collects garbage.
        try {
            raise(before + 3);
            Map<String, Integer> raised = niceByName();
            others.forEach((name, nice) -> {
                if (raised.containsKey(name)) { // Has not ended.
                    assertEquals(isCompiler(name) ? nice : before + 3, raised.get(name), name);
                }
            });
            CompletableFuture<Integer> later = new CompletableFuture<>();
            new Thread(() -> later.complete(nice())).start();
            assertEquals(before + 3, later.get());
        } finally {
            raise(before);
        }
    }

    private static void raise(int nice) {
        ThreadPriority.raise(Optional.of(nice));
    }

    private static boolean isCompiler(String name) {
        return name.startsWith("C1 Comp") || name.startsWith("C2 Comp");
    }

    /** Of this process's threads; of several of one name, any. */
    private static Map<String, Integer> niceByName() throws IOException {
        Map<String, Integer> found = new HashMap<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            for (Path task : tasks.toList()) {
                try {
                    found.put(Files.readString(task.resolve("comm")).strip(), nice(task));
                } catch (IOException | AssertionError e) {
                    continue; // It has ended.
                }
            }
        }
        return found;
    }
}
