package dev.intercept.summary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.intercept.ExitCode;
import dev.intercept.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SummaryFileTest {

    @TempDir
    Path directory;

    private static JsonObject summary() {
        JsonObject summary = new JsonObject();
        summary.addProperty("format", RunSummary.FORMAT);
        return summary;
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void shouldTakeThePlaceOfAnOlderOneAndLeaveNothingBesides() throws Exception {
        Path file = Files.writeString(directory.resolve("run.json"), "older");
        SummaryFile.attempt(file);
        assertEquals("older", Files.readString(file));
        SummaryFile.write(file, summary());
        assertEquals(summary(), SummaryFile.read(file));
        assertEquals(List.of("run.json"), names());
    }

    @Test
    void shouldRefuseWhatIsNoFileBeforeTheRun() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("/dev/null"));
        for (Path bad : List.of(directory, link, Path.of("/dev/null"), directory.resolve("none/run.json"))) {
            StartException e = assertThrows(StartException.class, () -> SummaryFile.attempt(bad));
            assertEquals(ExitCode.CANNOT_CREATE, e.exitCode());
            assertTrue(e.getMessage().startsWith("cannot write the summary " + bad + ": "), e.getMessage());
            assertTrue(e.getMessage().endsWith(" with --summary"), e.getMessage());
        }
        assertEquals(List.of("link"), names());
    }

    @Test
    void shouldReadNothingElse() throws Exception {
        for (String text : List.of("", "{}", "[]", "x", "7", "{\"format\": {}}", "{\"format\": \"other\"}", "{")) {
            Path file = Files.writeString(directory.resolve("some"), text);
            StartException e = assertThrows(StartException.class, () -> SummaryFile.read(file), text);
            assertEquals(
                    file + " is no summary of a run; name a file that 'intercept --summary=FILE' wrote",
                    e.getMessage());
        }
        StartException e = assertThrows(StartException.class, () -> SummaryFile.read(directory.resolve("none")));
        assertTrue(e.getMessage().contains("none is no summary of a run: No such file or directory;"), e.getMessage());
    }
}
