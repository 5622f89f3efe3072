package dev.intercept.manual;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratedFilesTest {

    private static final String RELEASE = "2026-11-02T03:04:05Z";

    @TempDir
    Path directory;

    @Test
    void shouldWriteTheSameBytesInEveryBuild() throws IOException {
        for (String build : List.of("first", "second")) {
            GeneratedFiles.main(new String[] {directory.resolve(build).toString(), RELEASE, "unpublished"});
        }
        List<String> names = List.of(
                "intercept.8",
                "intercept.8.gz",
                "intercept.1.gz",
                "intercept.bash",
                "_intercept",
                "intercept.fish",
                "changelog.gz");
        for (String name : names) {
            byte[] first = Files.readAllBytes(directory.resolve("first").resolve(name));
            assertTrue(first.length > 0, name);
            assertArrayEquals(
                    first, Files.readAllBytes(directory.resolve("second").resolve(name)), name);
        }
    }

    @Test
    void shouldCompressWithoutNameAndTime() throws IOException {
        byte[] file = GeneratedFiles.compressed("some text");
        byte[] headAsOfGzip9n = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 2};
        assertArrayEquals(headAsOfGzip9n, java.util.Arrays.copyOf(file, headAsOfGzip9n.length));
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(file))) {
            assertEquals("some text", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void shouldWriteTheChangeLogInTheFormOfDebian() {
        String entry = GeneratedFiles.debianChangelog(
                "0.1.0-SNAPSHOT", OffsetDateTime.parse(RELEASE), "https://example.org/intercept");
        assertTrue(entry.startsWith("intercept (0.1.0~SNAPSHOT) unstable; urgency=medium\n\n  * "), entry);
        assertTrue(
                entry.endsWith("\n\n -- intercept <https://example.org/intercept>  Mon, 02 Nov 2026 03:04:05 +0000\n"),
                entry);
    }
}
