package dev.intercept.manual;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.cli.CommandLines;
import dev.intercept.cli.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** intercept(8) says what {@code --help} says; both are read here as a reader would, not through their common model. */
class ManPageTest {

    /** "  -p, --port=PORT   text", or the text on the next line; continued by lines that begin far to the right. */
    private static final Pattern HELP_OPTION = Pattern.compile(" {2,6}(--?\\w\\S*(?: --\\w\\S*)?)(?: +(\\S.*))?");

    private static final Pattern HELP_CONTINUATION = Pattern.compile(" {10,}(\\S.*)");

    private final CommandLine intercept = CommandLines.create();
    private final String page = GeneratedFiles.manPage(intercept, "2000-01-02");

    ManPageTest() throws IOException {}

    private static Map<String, String> optionsOfHelp(CommandLine command) {
        Map<String, String> options = new LinkedHashMap<>();
        String current = null;
        for (String line : command.getUsageMessage(Ansi.OFF).lines().toList()) {
            Matcher option = HELP_OPTION.matcher(line);
            Matcher continuation = HELP_CONTINUATION.matcher(line);
            if (option.matches()) {
                current = option.group(1);
                options.put(current, option.group(2) == null ? "" : option.group(2));
            } else if (current != null && continuation.matches()) {
                options.merge(current, continuation.group(1), (a, b) -> (a + " " + b).strip());
            } else {
                current = null;
            }
        }
        return options;
    }

    /** Terms and texts of the options in a section's lines, without the marks of troff. */
    private static Map<String, String> optionsOfPage(List<String> lines) {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i + 2 < lines.size(); i++) {
            if (lines.get(i).equals(".TP") && lines.get(i + 1).startsWith("\\fB\\-")) {
                options.put(unmarked(lines.get(i + 1)), unmarked(lines.get(i + 2)));
            }
        }
        return options;
    }

    private static String unmarked(String troff) {
        return troff.replaceAll("\\\\f[BIR]", "")
                .replace("\\-", "-")
                .replace("\\e", "\\")
                .replace("\\&", "");
    }

    private List<String> section(String heading) {
        int begin = page.indexOf("\n.SH \"" + heading + "\"\n");
        return page.substring(begin, page.indexOf("\n.SH ", begin + 1)).lines().toList();
    }

    @Test
    void shouldHaveEveryOptionOfTheHelpTextWithItsWordsInItsOrder() {
        Map<String, String> help = optionsOfHelp(intercept);
        assertTrue(help.size() > 30, help::toString);
        Map<String, String> manual = optionsOfPage(section("OPTIONS"));
        assertEquals(List.copyOf(help.keySet()), List.copyOf(manual.keySet()));
        help.forEach((names, text) -> assertEquals(text, manual.get(names), names));
    }

    @Test
    void shouldHaveTheOptionsOfEachCommandUnlessTheyAreThoseOfIntercept() {
        Map<String, String> own = optionsOfPage(section("OPTIONS"));
        Map<String, String> ofCommands = optionsOfPage(section("COMMANDS"));
        intercept.getSubcommands().values().forEach(command -> optionsOfHelp(command)
                .forEach((names, text) -> {
                    boolean isOfIntercept = text.equals(own.get(names));
                    assertTrue(isOfIntercept || ofCommands.containsKey(names), command.getCommandName() + " " + names);
                }));
    }

    @Test
    void shouldHaveTheExitCodesOfTheHelpText() {
        List<String> section = section("EXIT STATUS");
        intercept
                .getCommandSpec()
                .usageMessage()
                .exitCodeList()
                .forEach((code, meaning) -> assertEquals(
                        meaning, unmarked(section.get(section.indexOf("\\fB" + code + "\\fR") + 1)), code));
    }

    @Test
    void shouldHaveTheSectionsOfAManPageInTheirOrder() {
        List<String> headings = page.lines()
                .filter(line -> line.startsWith(".SH "))
                .map(line -> line.substring(".SH ".length()).replace("\"", ""))
                .toList();
        assertEquals(
                List.of(
                        "NAME",
                        "SYNOPSIS",
                        "DESCRIPTION",
                        "OPTIONS",
                        "COMMANDS",
                        "EXIT STATUS",
                        "NOTES",
                        "SIGNALS",
                        "RESTART",
                        "ENVIRONMENT",
                        "FILES",
                        "SEE ALSO"),
                headings);
        assertTrue(page.startsWith(".TH INTERCEPT 8 \"2000\\-01\\-02\" \"intercept "), page);
        assertTrue(page.contains(Installation.version().replace("-", "\\-")), page);
    }

    /** What the original page said. */
    @Test
    void shouldSayWhatTheOriginalPageSaid() {
        String text = unmarked(page);
        for (String said : List.of(
                "lsmod | grep ip_queue",
                "modprobe ip_queue",
                "iptables -I OUTPUT -p tcp --sport PORT -j QUEUE",
                "/proc/net/ip_queue",
                "Queue dropped",
                "net.ipv4.ip_queue_maxlen",
                "Netlink dropped",
                "net.core.rmem_max",
                "net.core.wmem_max",
                ".BR tcpcopy (1)\nbefore")) {
            assertTrue(text.contains(said), said);
        }
    }

    @Test
    void shouldGiveTheRulesOfTheReadme() throws IOException {
        String text = unmarked(page);
        List<String> rules = Files.readAllLines(Path.of("../../README.md")).stream()
                .filter(line -> line.startsWith("|") && line.contains("`iptables"))
                .map(line -> line.replaceAll(".*`((?:modprobe ip_queue; )?iptables[^`]*)`.*", "$1"))
                .toList();
        assertTrue(rules.size() >= 2, rules::toString);
        rules.forEach(rule -> assertTrue(text.contains(rule), rule));
    }

    @Test
    void shouldContainNoLineThatTroffTakesForAnUnknownRequest() {
        List<String> requests = List.of("TH", "SH", "SS", "TP", "PP", "B", "I", "BR", "IR", "br");
        page.lines()
                .filter(line -> line.startsWith(".") || line.startsWith("'"))
                .forEach(line -> assertTrue(requests.contains(line.split("[. ]")[1]), line));
    }
}
