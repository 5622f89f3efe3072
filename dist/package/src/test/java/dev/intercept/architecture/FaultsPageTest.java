package dev.intercept.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each row of docs/faults.md names a test that is there, and lines and counters that the program has. */
class FaultsPageTest {

    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final int ROWS = 60;
    private static final int FAULT = 1;
    private static final int LINE = 3;
    private static final int TEST = 4;
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final Pattern METHOD = Pattern.compile("`(\\w+)\\.(should\\w+)`");

    /** What stands for a value, in the page and in the sources: nothing shorter between them is looked for. */
    private static final Pattern VALUE = Pattern.compile("…|\\bN\\b");

    private static final int SHORTEST = 6;

    private static String sources;
    private static Map<String, String> tests;

    @BeforeAll
    static void read() throws IOException {
        tests = new HashMap<>();
        List<String> texts = new ArrayList<>();
        try (Stream<Path> files = Files.walk(ROOT)) {
            for (Path file : files.filter(FaultsPageTest::isSource).toList()) {
                if (file.toString().contains("/src/main/")) {
                    texts.add(Files.readString(file));
                } else {
                    tests.merge(simpleName(file), Files.readString(file), String::concat);
                }
            }
        }
        // Texts go over several lines, and their apostrophes are doubled where a message format reads them.
        sources = String.join("\n", texts)
                .replaceAll("\"\\s*\\+\\s*\"", "")
                .replace("''", "'")
                .replace("\\\"", "\"");
    }

    private static boolean isSource(Path file) {
        String path = ROOT.relativize(file).toString();
        return (path.endsWith(".java") || path.contains("/src/main/launcher/"))
                && path.contains("/src/")
                && Files.isRegularFile(file);
    }

    private static String simpleName(Path file) {
        return file.getFileName().toString().replace(".java", "");
    }

    private static List<String[]> rows() throws IOException {
        return Files.readAllLines(ROOT.resolve("docs/faults.md")).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| fault |"))
                .map(line -> line.split("\\|", -1))
                .toList();
    }

    private static void assertNone(Predicate<String[]> isWrong) throws IOException {
        assertEquals(
                "",
                rows().stream()
                        .filter(isWrong)
                        .map(row -> String.join("|", row))
                        .collect(Collectors.joining("\n")));
    }

    @Test
    void shouldNameATestInEachRow() throws IOException {
        assertNone(row -> row.length != TEST + 2 || !areThere(row[TEST]));
        assertTrue(rows().size() >= ROWS, rows().size() + " rows");
    }

    private static boolean areThere(String cell) {
        List<Matcher> named = METHOD.matcher(cell)
                .results()
                .map(result -> METHOD.matcher(result.group()))
                .toList();
        return !named.isEmpty()
                && named.stream()
                        .allMatch(method -> method.matches()
                                && tests.getOrDefault(method.group(1), "").contains("void " + method.group(2) + "("));
    }

    @Test
    void shouldShowLinesAndCountersThatTheProgramHas() throws IOException {
        assertNone(row -> QUOTED.matcher(row[LINE])
                .results()
                .flatMap(quoted -> VALUE.splitAsStream(quoted.group(1)))
                .map(String::strip)
                .anyMatch(part -> part.length() >= SHORTEST
                        && !sources.contains(part)
                        && !sources.contains(part.toUpperCase(Locale.ROOT))));
    }

    @Test
    void shouldNameEachFaultOnce() throws IOException {
        List<String> faults = rows().stream().map(row -> row[FAULT]).toList();
        assertEquals(faults.stream().distinct().toList(), faults);
    }
}
