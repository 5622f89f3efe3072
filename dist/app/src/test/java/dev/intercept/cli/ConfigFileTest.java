package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.ExitCode;
import dev.intercept.InterceptConfig;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.cli.ArgumentFiles.ArgumentFileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What stands in the file of {@code --config} is as if it had been typed first. */
class ConfigFileTest {

    private static final Set<String> OF_EVERY_BACKEND = CommandLines.withoutSubcommands(BackendRegistry.of())
            .getCommandSpec()
            .optionsMap()
            .keySet();

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("intercept.conf");
    }

    private List<String> words(String text, String... args) throws Exception {
        Files.writeString(file, text);
        return ArgumentFiles.expand(args).words();
    }

    private void assertRefused(String expected, String text) throws Exception {
        Files.writeString(file, text);
        String message = assertThrows(ArgumentFileException.class, () -> ArgumentFiles.expand("--config=" + file))
                .getMessage();
        assertEquals(expected.replace("FILE", file.toString()), message);
    }

    @Test
    void shouldTakeNamesAndValuesInEveryWayThatPeopleWriteThem() throws Exception {
        String text = """
                \ufeff# a comment
                port 36525
                allow=10.0.0.0/8, 10.9.0.1   # who may connect
                  --log-level = debug\r
                generation=10.0.0.5=0.8
                filter = "tcp and src port 8080"
                any-target

                """;
        assertEquals(
                List.of(
                        "--port=36525",
                        "--allow=10.0.0.0/8,10.9.0.1",
                        "--log-level=debug",
                        "--generation=10.0.0.5=0.8",
                        "--filter=tcp and src port 8080",
                        "--any-target",
                        "-d",
                        "--config=" + file),
                words(text, "-d", "--config=" + file));
    }

    @Test
    void shouldNameFileAndLineOfWhatIsWrong() throws Exception {
        assertRefused("FILE:2: 'Port=1' does not begin with the long name of an option, as in port=36524", "\nPort=1");
        assertRefused("FILE:1: help is for the command line only", "help");
        assertRefused(
                "FILE:1: 'b' behind the value 'a': put a value with blanks in quotes, or a list's comma between",
                "log a b");
        assertRefused("FILE:3: the quote \" has no end", "\n\nlog=\"a\nport=1\"");
        Files.delete(file);
        assertRefusedWords(
                "--config: the file '" + directory + "' is no regular file, which could be read again at a" + " reload",
                "--config=" + directory);
        assertRefusedWords(
                "--config: the file '" + file + "' cannot be read: No such file or directory; write one with"
                        + " 'intercept config --print-default'",
                "--config",
                file.toString());
        assertRefusedWords("--config was given twice: name one file", "--config", "a", "--config=b");
    }

    private static void assertRefusedWords(String expected, String... args) {
        CommandRun run = CommandRun.of(args);
        assertEquals("intercept: " + expected + "; try 'intercept --help'\n", run.err());
        assertEquals(ExitCode.USAGE.code(), run.exitCode());
    }

    @Test
    void shouldNameFileAndLineOfAValueThatAnOptionRefuses() throws Exception {
        Files.writeString(file, "port=36525\n\nallow=10.0.0.0/99\nprot=1\n");
        for (String[] args :
                List.of(new String[] {"--config=" + file}, new String[] {"check", "--config", "" + file})) {
            CommandRun run = CommandRun.of(args);
            assertEquals(ExitCode.USAGE.code(), run.exitCode());
            assertTrue(run.err().startsWith("intercept: " + file + ":3: --allow: '10.0.0.0/99'"), run.err());
        }
        Files.writeString(file, "\nprot=1\n");
        String err = CommandRun.of("--config=" + file).err();
        assertTrue(err.startsWith("intercept: " + file + ":2: "), err);
    }

    @Test
    void shouldMeanTheSameWithPicocliAndWithout() throws Exception {
        Files.writeString(file, "port=36525\npasslist=10.0.0.1,10.0.0.2\ntranslate=10.1.0.1-10.2.0.1\nany-target\n");
        Arguments arguments = ArgumentFiles.expand("--config", file.toString(), "-d");
        InterceptCommand plain = PlainStart.of(arguments).orElseThrow();
        CommandLine byPicocli = CommandLines.create(arguments);
        byPicocli.parseArgs(arguments.array());
        InterceptCommand parsed = byPicocli.getCommand();
        assertEquals(36525, plain.config().port());
        assertEquals(2, plain.config().passList().size());
        assertTrue(plain.config().anyTarget());
        assertEquals(file, plain.run.config);
        assertEquals(file, parsed.run.config);
        assertEquals(plain.config().passList(), parsed.config().passList());
        assertEquals(
                plain.config().addressTranslation().toString(),
                parsed.config().addressTranslation().toString());
    }

    @Test
    void shouldLetTheCommandLineHoldWhereverItNamesTheFile() throws Exception {
        Files.writeString(file, "port=1\n");
        for (String line : List.of("-p 2 --config=" + file, "--config " + file + " -p 2")) {
            Arguments arguments = ArgumentFiles.expand(line.split(" "));
            CommandLine commandLine = CommandLines.create(arguments);
            commandLine.parseArgs(arguments.array());
            assertEquals(2, ((InterceptCommand) commandLine.getCommand()).listen.port, line);
        }
    }

    @Test
    void shouldPutItsOptionsBehindTheCommandAndLeaveOtherCommandsAlone() throws Exception {
        String option = "--config=" + file;
        assertEquals(List.of("check", "--port=1", "-v", option), words("port=1", "check", "-v", option));
        assertEquals(List.of("-d", "check", "--port=1", option), words("port=1", "-d", "check", option));
        assertEquals(List.of("rules", option), words("port=1", "rules", option));
        assertEquals(
                List.of("check", option), ArgumentFiles.expand("check", option).given());
    }

    @Test
    void shouldPrintAFileThatChangesNothingWhateverLineOfDefaultsIsUsed() throws Exception {
        CommandRun printed = CommandRun.of("config", "--print-default");
        assertEquals(0, printed.exitCode());
        assertEquals(List.of("--config=" + file), words(printed.out(), "--config=" + file));
        String defaults = printed.out()
                .lines()
                .filter(line -> line.matches("#[a-z-]+=[^A-Z\\[]+"))
                .map(line -> line.substring(1))
                .filter(line -> OF_EVERY_BACKEND.contains("--" + line.replaceFirst("=.*", "")))
                .collect(Collectors.joining("\n"));
        assertTrue(defaults.contains("port=36524\n"), defaults);
        Files.writeString(file, defaults);
        Arguments arguments = ArgumentFiles.expand("--config=" + file);
        InterceptCommand command = PlainStart.of(arguments).orElseThrow();
        assertEquals(InterceptConfig.builder().build(), command.config());
        assertEquals(64, CommandRun.of("config").exitCode());
    }
}
