package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.ExitCode;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Subcommands are there whenever somebody could want them, and cost a plain start nothing. */
class SubcommandsTest {

    private static Set<String> subcommands(String line) {
        String[] args = line.isEmpty() ? new String[0] : line.split(" ");
        return CommandLines.createFor(args).getSubcommands().keySet();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-d",
                "--backend=nfqueue -b 127.0.0.1 -p 36524",
                "--backend nfqueue --queue 3 -l check",
                "-x 192.0.2.1 --list-backends"
            })
    void shouldNotBeMadeForAPlainStart(String line) {
        assertEquals(Set.of(), subcommands(line));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "-d --help",
                "check",
                "-p 36524 check --json",
                "selftest --requests 5",
                "@arguments",
                "-p 36524 @arguments",
                "-dp 36524",
                "--no-such-option check",
                "chek"
            })
    void shouldBeThereWhereTheyAreNamedOrMayBe(String line) {
        assertTrue(subcommands(line).containsAll(Set.of("selftest", "check", "status")), line);
    }

    @Test
    void shouldNotBeMissedByAMisspelledOne() {
        CommandRun run = CommandRun.of("chek");
        assertEquals(ExitCode.USAGE.code(), run.exitCode());
        assertEquals("intercept: unexpected argument 'chek'; try 'intercept --help'\n", run.err());
    }
}
