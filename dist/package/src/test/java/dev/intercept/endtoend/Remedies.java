package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The remedies that there are, the test that types each, and those that were typed in this run. */
final class Remedies {

    private static final Pattern LINE = Pattern.compile("(\\w+) \\| \"(.*)\" \\| (.+)");

    private static final Set<String> TYPED = ConcurrentHashMap.newKeySet();

    private Remedies() {}

    /**
     * A text of the sources that begins a remedy.
     *
     * @param source the class that has it
     * @param cover {@code Test.method}, or why there is none
     */
    record Text(String source, String beginning, String cover) {}

    static List<Text> all() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("src/test/resources/remedies.txt"))) {
            return lines.filter(line -> !line.startsWith("#"))
                    .map(Remedies::text)
                    .toList();
        }
    }

    private static Text text(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new AssertionError("remedies.txt: " + line);
        }
        return new Text(matcher.group(1), matcher.group(2), matcher.group(3));
    }

    /** A test has done as this says. */
    static void typed(String remedy) {
        TYPED.add(remedy);
    }

    /** Fails with those that the test is to type and has not. */
    static void assertTypedBy(String test) throws IOException {
        assertEquals(
                List.of(),
                all().stream()
                        .filter(text -> text.cover.equals(test))
                        .filter(text -> TYPED.stream().noneMatch(remedy -> remedy.contains(text.beginning)))
                        .toList(),
                () -> "not typed; typed were " + TYPED);
    }
}
