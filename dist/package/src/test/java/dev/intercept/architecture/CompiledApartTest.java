package dev.intercept.architecture;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The compiler is silent about a method that is not there, so a rename would undo what the file is for. */
class CompiledApartTest {

    private static final String COMMAND = "dontinline ";

    @Test
    void shouldNameMethodsThatExist() throws IOException, ClassNotFoundException {
        List<String> lines = Files.readAllLines(Path.of("src/main/lib/compiled-apart")).stream()
                .filter(line -> line.startsWith(COMMAND))
                .toList();
        assertFalse(lines.isEmpty());
        for (String line : lines) {
            String[] method = line.substring(COMMAND.length()).split("::", -1);
            Class<?> declaring = Class.forName(method[0], false, getClass().getClassLoader());
            assertTrue(
                    Arrays.stream(declaring.getDeclaredMethods())
                            .anyMatch(declared -> declared.getName().equals(method[1])),
                    line);
        }
    }
}
