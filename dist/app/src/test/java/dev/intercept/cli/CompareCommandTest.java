package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {

    private static final String SUMMARY = """
            {"format": "intercept summary 1", "seconds": 10.0, "sessions": %d, "requests": 1000, "packets": 5000,
             "forwarded": 5000, "losses": {}, "target": {"oneIn": 1, "ports": []}, "findings": []}
            """;

    @TempDir
    Path directory;

    private String file(String name, String text) throws Exception {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    @Test
    void shouldSucceedWithinTheToleranceAndFailBeyond() throws Exception {
        String old = file("old.json", String.format(SUMMARY, 1000));
        String other = file("new.json", String.format(SUMMARY, 1300));
        CommandRun within = CommandRun.of("compare", old, other, "--tolerance=40");
        assertEquals(0, within.exitCode(), within.err());
        assertTrue(within.out().endsWith("\n0 differences beyond 40 %\n"), within.out());
        CommandRun beyond = CommandRun.of("compare", old, other);
        assertEquals(1, beyond.exitCode(), beyond.err());
        assertTrue(
                beyond.out().replaceAll(" +", " ").contains("\nsessions a second 100 130 +30.0 % *\n"), beyond.out());
        assertTrue(beyond.out().endsWith("\n1 differences beyond 10 %\n"), beyond.out());
    }

    @Test
    void shouldSayInOneLineWhatIsNoSummary() throws Exception {
        String good = file("good.json", String.format(SUMMARY, 1000));
        String bad = file("bad.json", "{}");
        CommandRun run = CommandRun.of("compare", good, bad);
        assertEquals(64, run.exitCode());
        assertEquals(
                "intercept: " + bad + " is no summary of a run; name a file that 'intercept --summary=FILE' wrote\n",
                run.err());
        String partial = file("partial.json", "{\"format\": \"intercept summary 1\"}");
        CommandRun missing = CommandRun.of("compare", partial, good);
        assertEquals(64, missing.exitCode());
        assertTrue(missing.err().contains(" is a summary with parts missing ("), missing.err());
        assertEquals(1, missing.err().lines().count());
    }
}
