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
    void shouldReadFilesInFilesAndKnowAnEscapedSign() throws Exception {
        Path inner = Files.writeString(directory.resolve("inner"), "b c");
        assertExpands("a @" + inner + " @" + inner + " @@d @", "a", "b", "c", "b", "c", "@d", "@");
        assertArrayEquals(
                new String[] {"@x", "-d"}, ArgumentFiles.expand("@@x", "-d").array());
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
        assertEquals(
                CommandRun.of("--port=no port").err().replace("intercept: ", "intercept: " + file + ":1: "), run.err());
    }

    @Test
    void shouldNameFileAndLineOfAnyOptionThatIsWrong() throws Exception {
        Path file = directory.resolve("args");
        String text = "# intercept\n-d -P pid\n\n%s\n";
        for (String[] wrong : new String[][] {
            {"-p\n70000", "-p, --port: '70000' is not a TCP port from 1 to 65535"},
            {"--prot 5", "unknown option '--prot', did you mean --port?"},
            {"statsu", "unknown command 'statsu', did you mean status?"},
            {"-b", "-b, --bind needs a value, IP"},
            {"--backend=upper --lower-lane=1", "--lower-lane is an option of lower, not of upper"},
            {"-D 10.0.0.1-10.0.0.2,10.0.0.1-10.0.0.3", "-D, --translate: 10.0.0.1-10.0.0.2 and"},
        }) {
            Files.writeString(file, text.formatted(wrong[0]));
            CommandRun run = CommandRun.of("--max-tunnels=7", "@" + file);
            assertEquals(64, run.exitCode());
            String start = "intercept: " + file + ":4: " + wrong[1];
            assertEquals(
                    start,
                    run.err().substring(0, Math.min(start.length(), run.err().length())));
        }
    }

    @Test
    void shouldNameFileAndLineOfAValueThatTheBackendRefuses() throws Exception {
        Path file = Files.writeString(directory.resolve("args"), "--backend=nfqueue\n--queue=70000\n");
        CommandRun run = CommandRun.of("check", "@" + file);
        assertEquals(64, run.exitCode());
        String start = "intercept: " + file + ":2: backend nfqueue: --queue 70000: must be ";
        assertEquals(
                start, run.err().substring(0, Math.min(start.length(), run.err().length())));
    }

    private void assertExpands(String text, String... arguments) throws Exception {
        Path file = Files.writeString(directory.resolve("args"), text);
        assertArrayEquals(arguments, ArgumentFiles.expand("@" + file).array());
    }

    private void assertRefused(String message, String text) throws Exception {
        Path file = Files.writeString(directory.resolve("args"), text);
        assertEquals(
                message,
                assertThrows(ArgumentFileException.class, () -> ArgumentFiles.expand("@" + file))
                        .getMessage());
    }
}
