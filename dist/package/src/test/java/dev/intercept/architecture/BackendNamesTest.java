package dev.intercept.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.capture.BackendRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is known of one backend stands in its own module: nothing outside decides by a backend's name. */
class BackendNamesTest {

    private static final Path ROOT = Path.of("../..");
    private static final List<String> MODULES =
            List.of("core/spi", "core/engine", "core/diagnosis", "dist/selftest", "dist/app");

    /** A string that is the name, or that starts with the option that names it. */
    private static Pattern literal(List<String> names) {
        return Pattern.compile("\"(?:--backend=)?(?:" + String.join("|", names) + ")[\" ]");
    }

    private static List<String> names() {
        return BackendRegistry.load(List.of()).entries().stream()
                .map(entry -> entry.provider().name())
                .toList();
    }

    private static Stream<Path> sources(String module) {
        try {
            return Files.walk(ROOT.resolve(module).resolve("src/main/java")).filter(Files::isRegularFile);
        } catch (IOException e) {
            throw new AssertionError(module, e);
        }
    }

    private static Stream<String> linesThatName(Path source, Pattern literal) {
        try {
            return Files.readAllLines(source).stream()
                    .filter(line -> literal.matcher(line).find())
                    .map(line -> source + ": " + line.strip());
        } catch (IOException e) {
            throw new AssertionError(source.toString(), e);
        }
    }

    @Test
    void shouldNameNoBackendOutsideItsModule() {
        Pattern literal = literal(names());
        List<String> lines = MODULES.stream()
                .flatMap(BackendNamesTest::sources)
                .flatMap(source -> linesThatName(source, literal))
                .toList();
        assertEquals(List.of(), lines);
    }

    @Test
    void shouldFindSuchALineWhereThereIsOne() {
        assertTrue(names().containsAll(List.of("ipqueue", "nfqueue", "nflog", "ebpf", "pcap")), names().toString());
        assertTrue(sources("backend-nfqueue")
                .flatMap(source -> linesThatName(source, literal(names())))
                .findAny()
                .isPresent());
    }
}
