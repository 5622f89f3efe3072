package dev.intercept.manual;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What people read, of documents, texts of the program and comments, is in plain technical English. */
class WordsTest {

    /** In their place: report, log, print, return; the one that; expire, end; there is no; evict, drop; path. */
    private static final Pattern WORDS = Pattern.compile(
            "\\b(?i:(?:un)?told|tell(?:s|ing)?|whoever|(?:is|are|was|were|be) over|to be had|g[ai]ves? way|way of a packet)\\b"
                            .replace(" ", "[\\s*#/\"+]+")
                    + "|[a-z](?:Tells?|Told|Whoever|GivesWay)(?![a-z])");

    private static final Path ROOT = Path.of("..", "..");
    private static final Pattern READ = Pattern.compile(".*\\.(java|md|8|1|js|html|css|sh|c|xml|service|txt|yml|yaml)");

    @Test
    void shouldBePlainInAllThatPeopleRead() throws IOException {
        List<Path> files = files();
        assertTrue(files.contains(ROOT.resolve("README.md")) && files.size() > 500, files.size() + " files");
        List<String> found = new ArrayList<>();
        for (Path file : files) {
            String text = Files.readString(file);
            Matcher matcher = WORDS.matcher(text);
            while (matcher.find()) {
                long line = text.substring(0, matcher.start()).lines().count();
                found.add(file + ":" + line + ": " + matcher.group());
            }
        }
        assertEquals(List.of(), found);
    }

    private static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                boolean isRead = !directory.toString().matches(".*/(target|\\.git|resources/inputs)");
                return isRead ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (READ.matcher(file.toString()).matches() && !file.endsWith("WordsTest.java")) {
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }
}
