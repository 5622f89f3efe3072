package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.intercept.cli.ArgumentFiles.ArgumentFileException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArgumentFilesTest {

    @TempDir
    private Path directory;

    @Test
    void shouldTakeAValueThatIsQuotedBehindItsEqualsSign() throws Exception {
        String text = "--backend=pcap\n--read=inputs/be.pcap\n--filter=\"tcp and src port 8080\"\n";
        assertExpands(text, "--backend=pcap", "--read=inputs/be.pcap", "--filter=tcp and src port 8080");
    }

    @Test
    void shouldKeepWhatIsBetweenQuotesAndLeaveCommentsOut() throws Exception {
        assertExpands("-F 'a \"b\" # c' # comment \"\n  -d\t\"\"  x#y\n#all", "-F", "a \"b\" # c", "-d", "", "x#y");
        assertExpands("\"say \\\"a\\\" \\\\ \\t\" 'a\\' \\tcp", "say \"a\" \\ \\t", "a\\", "\\tcp");
        assertExpands("a\" b \"'c d'e", "a b c de");
    }

    @Test
    void shouldTakeTheFilesOfOtherSystemsAndEmptyOnes() throws Exception {
        assertExpands("\ufeff-d\r\n--port 1\r\n", "-d", "--port", "1");
        assertExpands("");
        assertExpands("\ufeff");
        assertExpands("größe", "größe");
    }

    @Test
    void shouldReadFilesInFilesAndTellAnEscapedSign() throws Exception {
        Path inner = Files.writeString(directory.resolve("inner"), "b c");
        assertExpands("a @" + inner + " @" + inner + " @@d @", "a", "b", "c", "b", "c", "@d", "@");
        assertArrayEquals(new String[] {"@x", "-d"}, ArgumentFiles.expand("@@x", "-d"));
    }

    @Test
    void shouldNameFileAndLineOfWhatIsWrong() throws Exception {
        String name = directory.resolve("args").toString();
        assertRefused(name + ":2: the quote \" has no end", "a\n\"b\nc\n");
        assertRefused(name + ":3: the argument file '" + name + "' includes itself", "a\n#@b\n@" + name + "\n");
        assertRefused(name + ":1: the argument file '" + directory + "' is a directory", "@" + directory);
        assertRefused(name + ":2: the argument file '/nowhere/args' cannot be read", "'\n'\t@/nowhere/args");
        Files.write(directory.resolve("latin"), new byte[] {'a', (byte) 0xe4});
        assertRefused(
                name + ":1: the argument file '" + directory.resolve("latin") + "' is not text in UTF-8",
                "@" + directory.resolve("latin") + " x");
    }

    @Test
    void shouldRunWhatAnArgumentFileSays() throws Exception {
        Path file = Files.writeString(directory.resolve("args"), "--port=\"no port\"");
        CommandRun run = CommandRun.of("@" + file);
        assertEquals(64, run.exitCode());
        assertEquals(CommandRun.of("--port=no port").err(), run.err());
    }

    private void assertExpands(String text, String... arguments) throws Exception {
        Path file = Files.writeString(directory.resolve("args"), text);
        assertArrayEquals(arguments, ArgumentFiles.expand("@" + file));
    }

    private void assertRefused(String message, String text) throws Exception {
        Path file = Files.writeString(directory.resolve("args"), text);
        assertEquals(
                message,
                assertThrows(ArgumentFileException.class, () -> ArgumentFiles.expand("@" + file))
                        .getMessage());
    }
}
