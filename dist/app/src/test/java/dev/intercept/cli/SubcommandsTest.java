package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.ExitCode;
import org.junit.jupiter.api.Test;

class SubcommandsTest {

    @Test
    void shouldNotBeMissedByAMisspelledOne() {
        CommandRun run = CommandRun.of("chek");
        assertEquals(ExitCode.USAGE.code(), run.exitCode());
        assertEquals("intercept: unknown command 'chek', did you mean check?; try 'intercept --help'\n", run.err());
    }
}
