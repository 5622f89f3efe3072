package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.ExitCode;
import java.util.List;
import org.junit.jupiter.api.Test;

class HelpTextTest {

    private static final int TERMINAL_COLUMNS = 80;

    private final CommandRun help = CommandRun.of("--help");

    @Test
    void shouldFitATerminalOf80Columns() {
        List<String> tooWide = help.out()
                .lines()
                .filter(line -> line.length() > TERMINAL_COLUMNS)
                .toList();
        assertEquals(List.of(), tooWide);
    }

    /** Nobody's terminal is too old for it, and a list is shown as one. */
    @Test
    void shouldBeOfAsciiAndShowEachListOnce() {
        assertTrue(help.out().matches("\\p{ASCII}*"), help.out());
        assertTrue(help.out().contains("--silence=FINDING[,FINDING...]\n"), help.out());
        assertTrue(help.out().contains("--install-rules=PORT[,PORT...]\n"), help.out());
    }

    @Test
    void shouldNameEveryOptionOfTheManPageWithItsLetter() {
        for (String names : List.of(
                "-x, --passlist=",
                "-b, --bind=",
                "-d, --daemon ",
                "-l, --log=",
                "-p, --port=",
                "-P, --pidfile=",
                "-s, --table-size=",
                "-t, --timeout=",
                "-h, --help ",
                "-v, --version ")) {
            assertTrue(help.out().contains("  " + names), names);
        }
    }

    @Test
    void shouldGiveEveryOptionToPeopleOnce() {
        List<String> options = help.out()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("-"))
                .map(line -> line.split("[ =\\[]")[0])
                .toList();
        assertEquals(options.stream().distinct().toList(), options);
    }

    @Test
    void shouldListEveryExitCode() {
        for (ExitCode code : ExitCode.values()) {
            String start =
                    code.meaning().substring(0, Math.min(40, code.meaning().length()));
            assertTrue(help.out().contains("  " + code.code() + " "), code.name());
            assertTrue(help.out().contains(start), start);
        }
    }

    @Test
    void shouldNotShowTheOptionThatOnlyTheDaemonIsGiven() {
        assertTrue(!help.out().contains("--detached"), help.out());
    }

    @Test
    void shouldPrintHelpAndVersionToStdoutAndSucceed() {
        assertEquals(0, help.exitCode());
        assertEquals("", help.err());
        CommandRun version = CommandRun.of("-v");
        assertEquals(0, version.exitCode());
        assertTrue(version.out().matches("(?s)intercept \\d+\\.\\d+.*\\nJava .*, Linux .*\\n"), version.out());
    }

    @Test
    void shouldListBackendsWithTheirStateHere() {
        CommandRun list = CommandRun.of("--list-backends");
        assertEquals(0, list.exitCode());
        assertTrue(list.out().contains("""
                        lower      backend of a test
                                   built in; cannot be used here: there is no lower deck; take the upper one
                        """), list.out());
        assertTrue(list.out().contains("           built in; usable; only with --backend=upper\n"), list.out());
    }
}
