package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.endtoend.Remedies.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No remedy is printed that no test has typed: each text that begins one in the sources is in remedies.txt, with its test. */
class RemedyCoverTest {

    private static final Path ROOT = Path.of("..", "..");

    /** Of a test's file in the tree. */
    private static final int DEPTH = 12;

    private static final List<String> SOURCES = List.of(
            "core/diagnosis/src/main/java/dev/intercept/diagnosis/check",
            "core/diagnosis/src/main/java/dev/intercept/diagnosis/watch",
            "core/spi/src/main",
            "backend-ebpf/src/main",
            "backend-ipqueue/src/main",
            "backend-nfqueue/src/main",
            "backend-pcap/src/main",
            "dist/app/src/main/java/dev/intercept/cli/StartTrial.java");

    /** What is typed, or asked of a person; a command behind other words is part of an error's text. */
    private static final Pattern BEGINNING = Pattern.compile(
            "(?<!\\\\)\"((?:intercept (?:-|check|status|\")|tcpcopy -|sysctl -w|ip (?:route|link|-br)|nft list|nstat|ss -|tcpdump|kill |rmmod"
                    + "|modprobe |sudo |docker run|nsenter|apt-get|restart |start |dmesg  #|as it says)[^\"]*)\"?");

    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL);

    @Test
    void shouldHaveALineForEachTextThatBeginsARemedy() throws IOException {
        List<Text> lines = new ArrayList<>(Remedies.all());
        List<String> missing = new ArrayList<>();
        for (Path source : sources()) {
            String name = source.getFileName().toString().replace(".java", "");
            BEGINNING
                    .matcher(COMMENT.matcher(Files.readString(source)).replaceAll(""))
                    .results()
                    .map(found -> found.group(1))
                    .filter(text -> !takeLongest(lines, name, text))
                    .forEach(text -> missing.add(name + " | \"" + text + '"'));
        }
        assertEquals(List.of(), missing, "without a line in remedies.txt");
        assertEquals(List.of(), lines, "in remedies.txt, and in no source");
    }

    /** A line is for one text. @return whether there was one */
    private static boolean takeLongest(List<Text> lines, String source, String text) {
        return lines.stream()
                .filter(line -> line.source().equals(source) && text.startsWith(line.beginning()))
                .max((a, b) -> a.beginning().length() - b.beginning().length())
                .map(lines::remove)
                .orElse(false);
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String place : SOURCES) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(place))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        return sources;
    }

    @Test
    void shouldNameATestThatThereIsOrSayWhyThereIsNone() throws IOException {
        Map<String, Path> tests = tests();
        for (Text text : Remedies.all()) {
            if (!text.cover().equals("only prints") && !text.cover().startsWith("not typed: ")) {
                String[] test = text.cover().split("\\.");
                Path file = tests.get(test[0] + ".java");
                assertNotNull(file, text::toString);
                assertTrue(Files.readString(file).contains(" " + test[1] + "("), text + " in " + file);
            }
        }
    }

    private static Map<String, Path> tests() throws IOException {
        try (Stream<Path> files = Files.find(
                ROOT,
                DEPTH,
                (file, attributes) -> file.toString().contains("/src/test/java/")
                        && file.toString().endsWith(".java"))) {
            return files.collect(Collectors.toMap(
                    file -> file.getFileName().toString(), Function.identity(), (one, another) -> one));
        }
    }
}
