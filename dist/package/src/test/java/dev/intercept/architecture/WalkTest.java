package dev.intercept.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Each place that docs/walk.md names is there: the file, and the method at that line or not far from it. */
class WalkTest {

    private static final Path DOCS = Path.of("../../docs").toAbsolutePath().normalize();

    private static final Pattern PLACE =
            Pattern.compile("\\[([\\w.]+):(\\d+)\\]\\((\\.\\./[\\w./-]+)#L(\\d+)\\)\\s+`(\\w+)`");

    private static final int NEAR_LINES = 60;
    private static final int PLACES = 40;

    private record Place(String name, int line, String file, int linkedLine, String method) {

        static Place of(Matcher found) {
            return new Place(
                    found.group(1),
                    Integer.parseInt(found.group(2)),
                    found.group(3),
                    Integer.parseInt(found.group(4)),
                    found.group(5));
        }

        /** What is wrong with it and how to mend it. */
        Optional<String> complaint() throws IOException {
            Path path = DOCS.resolve(file).normalize();
            if (!path.endsWith(name) || !Files.isRegularFile(path) || line != linkedLine) {
                return Optional.of(this + ": no such file, or text and link differ");
            }
            Optional<Integer> nearest = nearest(Files.readAllLines(path));
            if (nearest.isEmpty()) {
                return Optional.of(this + ": there is no such method");
            }
            int at = nearest.get();
            return Math.abs(at - line) <= NEAR_LINES
                    ? Optional.empty()
                    : Optional.of("it is elsewhere; do: sed -i 's/" + name + ":" + line + "\\](\\([^#]*\\)#L" + line
                            + ") `" + method + "`/" + name + ":" + at + "](\\1#L" + at + ") `" + method
                            + "`/' docs/walk.md");
        }

        private Optional<Integer> nearest(List<String> lines) {
            Pattern declaration = Pattern.compile("\\s{4,}(?!return |new |throw )([\\w<>\\[\\], .?@]+ )?" + method
                    + "\\([^;]*|" + method + "\\(\\).*");
            return IntStream.rangeClosed(1, lines.size())
                    .filter(number -> declaration.matcher(lines.get(number - 1)).matches())
                    .boxed()
                    .min(Comparator.comparingInt(number -> Math.abs(number - line)));
        }
    }

    @Test
    void shouldFindEachMethodWhereTheWalkSaysItIs() throws IOException {
        Matcher found = PLACE.matcher(Files.readString(DOCS.resolve("walk.md")));
        List<String> complaints = new ArrayList<>();
        int places = 0;
        for (; found.find(); places++) {
            Place.of(found).complaint().ifPresent(complaints::add);
        }
        assertEquals("", String.join("\n", complaints));
        assertTrue(places >= PLACES, places + " places are recognised");
    }
}
