package dev.intercept.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page for authors of backends has the rules of the kit, in its order. */
class WritingABackendTest {

    @Test
    void shouldListTheRulesOfTheContract() throws IOException {
        List<String> tests = Arrays.stream(CaptureBackendContract.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(Method::getName)
                .map(name -> name.substring(0, "r01".length()).toUpperCase())
                .sorted()
                .toList();
        List<String> page = Files.readAllLines(Path.of("../../docs/writing-a-backend.md")).stream()
                .filter(line -> line.matches("\\| R\\d\\d \\|.*"))
                .map(line -> line.substring("| ".length(), "| R01".length()))
                .toList();
        assertEquals(tests, page);
    }
}
