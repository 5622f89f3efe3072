package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.Commands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What git itself says of a repository, and what is said without one. */
class BuildFactsTest {

    private static final String DATE = "2026-03-04T05:06:07Z";

    @TempDir
    private Path root;

    private String git(String... arguments) throws Exception {
        String[] command = {
            "env",
            "GIT_COMMITTER_DATE=" + DATE,
            "GIT_AUTHOR_DATE=" + DATE,
            "GIT_CONFIG_GLOBAL=/dev/null",
            "git",
            "-C",
            root.toString(),
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@localhost"
        };
        String[] all = java.util.Arrays.copyOf(command, command.length + arguments.length);
        System.arraycopy(arguments, 0, all, command.length, arguments.length);
        return Commands.exec(all).strip();
    }

    @Test
    void shouldNameTheCommitAndItsDateAndWhatWasNotCommitted() throws Exception {
        git("init", "-q");
        Path file = Files.writeString(root.resolve("file"), "committed");
        git("add", "file");
        git("commit", "-q", "-m", "first");
        git("tag", "-a", "-m", "tag", "v1");
        String commit = git("rev-parse", "HEAD").substring(0, 12);
        String facts = "commit=" + commit + "\ndate=2026-03-04\n";
        assertEquals(facts, BuildFacts.text(root, Optional.empty()));
        assertEquals(facts.replace("2026-03-04", "1970-01-02"), BuildFacts.text(root, Optional.of("86400")));
        Files.writeString(file, "changed");
        assertEquals(facts.replace("\nd", "-dirty\nd"), BuildFacts.text(root, Optional.empty()));
        Path below = Files.createDirectory(root.resolve("unpacked"));
        assertEquals("commit=\ndate=\n", BuildFacts.text(below, Optional.empty()), "another repository's commit");
    }

    @Test
    void shouldKnowNoCommitWithoutGitAndTakeTheDateThatItIsGiven() throws Exception {
        assertEquals("commit=\ndate=\n", BuildFacts.text(root, Optional.empty()));
        assertEquals("commit=\ndate=2026-11-26\n", BuildFacts.text(root, Optional.of("1795651200")));
    }

    @Test
    void shouldPrintWhatIsKnown() {
        assertEquals(" (commit 0123456789ab, 2026-11-26)", VersionText.build("0123456789ab", "2026-11-26"));
        assertEquals(" (2026-11-26)", VersionText.build("", "2026-11-26"));
        assertEquals("", VersionText.build("", ""));
        assertTrue(CommandRun.of("-v").out().startsWith("intercept " + Installation.version()));
    }
}
