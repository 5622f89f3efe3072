package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.cli.CommandLines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** docs/migration.md says of each release's options what the command does with them. */
class MigrationTest {

    /** The letters that each release takes, beside those of the release before where its table adds to them. */
    private static final Map<String, String> LETTERS = Map.of(
            "0.6 and 0.7", "-P -b -d -h -l -p -s -t -v -x",
            "0.8 to 0.9.8", "-F -f -i -o",
            "0.9.9 and 0.9.10", "-c -n -q",
            "1.0", "-D -F -P -b -c -d -h -i -l -n -p -q -s -t -v -x");

    private static final Pattern ROW = Pattern.compile("\\| `(-\\w)( [^`]+)?` \\| (same|changed|ignored) \\| (.*) \\|");
    private static final Pattern LONG_NAME = Pattern.compile("`(--[a-z-]+)`");

    private record Row(String letter, boolean takesValue, boolean isIgnored, String here) {}

    private static final Map<String, List<Row>> TABLES = new LinkedHashMap<>();
    private static final List<String> COMMAND_LINES = new ArrayList<>();

    @BeforeAll
    static void read() throws Exception {
        String heading = "";
        for (String line : Files.readAllLines(Path.of("../../docs/migration.md"))) {
            heading = line.startsWith("## ") ? line.substring(3) : heading;
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                TABLES.computeIfAbsent(heading, name -> new ArrayList<>())
                        .add(new Row(
                                row.group(1), row.group(2) != null, row.group(3).equals("ignored"), row.group(4)));
            } else if (line.startsWith("`intercept ")) {
                COMMAND_LINES.add(line.replace("`", ""));
            }
        }
    }

    private static OptionSpec option(String letter) {
        return CommandLines.create().getCommandSpec().findOption(letter);
    }

    @Test
    void shouldHaveEveryLetterOfEachRelease() {
        assertEquals(
                LETTERS,
                TABLES.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, table -> table.getValue().stream()
                                .map(Row::letter)
                                .sorted()
                                .collect(Collectors.joining(" ")))));
    }

    @Test
    void shouldSayOfEachWhatTheHelpSays() {
        String help = CommandLines.create().getUsageMessage();
        for (List<Row> table : TABLES.values()) {
            for (Row row : table) {
                OptionSpec option = option(row.letter());
                assertNotNull(option, row::toString);
                assertEquals(row.takesValue(), option.arity().max() > 0, row::toString);
                assertEquals(row.isIgnored(), option.hidden(), row::toString);
                Matcher name = LONG_NAME.matcher(row.here());
                assertTrue(name.find(), row::toString);
                assertTrue(help.contains(name.group(1)), row::toString);
                assertTrue(row.isIgnored() || Arrays.asList(option.names()).contains(name.group(1)), row::toString);
            }
        }
    }

    @Test
    void shouldTakeTheCommandLinesOfTheOriginalsUnchanged() {
        assertEquals(5, COMMAND_LINES.size());
        for (String line : COMMAND_LINES) {
            CommandLine command = CommandLines.create();
            command.parseArgs(words(line));
            assertEquals(List.of(), command.getUnmatchedArguments(), line);
        }
    }

    /** Without the name of the command; words are quoted as for a shell. */
    private static String[] words(String line) {
        return Pattern.compile("\"([^\"]*)\"|(\\S+)")
                .matcher(line.substring("intercept ".length()))
                .results()
                .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
                .toArray(String[]::new);
    }
}
