package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class RepetitionsTest {

    private final CommandLine commandLine = CommandLines.create();
    private final InterceptCommand command = commandLine.getCommand();

    private List<String> settle(String... args) {
        commandLine.parseArgs(args);
        return Repetitions.settle(commandLine);
    }

    @Test
    void shouldJoinListsWhateverTheyAreListsOf() {
        assertEquals(
                List.of(),
                settle(
                        "-x",
                        "10.0.0.1",
                        "--passlist=10.0.0.2,10.0.0.3",
                        "--allow=10.1.0.0/16",
                        "--allow",
                        "10.2.0.0/16",
                        "-i",
                        "eth0",
                        "--interface=eth1",
                        "-D",
                        "172.17.0.2-10.0.0.1",
                        "-D",
                        "172.17.0.3-10.0.0.2"));
        assertEquals(
                "[10.0.0.1/32, 10.0.0.2/32, 10.0.0.3/32]",
                command.sessions.passList.list().toString());
        assertEquals("[10.1.0.0/16, 10.2.0.0/16]", command.listen.allow.list().toString());
        assertEquals("eth0,eth1", command.backendOptions.given().get("--interface"));
        assertEquals(2, command.sessions.translations.size());
    }

    @Test
    void shouldSayWhichValueHoldsOfAnOptionThatTakesOne() {
        assertEquals(
                List.of("--port was given twice: 4000 holds, not 3000", "--queue was given 3 times: 7 holds, not 5, 6"),
                settle("-p", "3000", "--queue=5", "--queue", "6", "--port=4000", "--queue", "7"));
        assertEquals(4000, command.listen.port);
        assertEquals("7", command.backendOptions.given().get("--queue"));
    }

    @Test
    void shouldSayNothingOfAValueThatIsTheSame() {
        assertEquals(List.of(), settle("-p", "3000", "--port=3000", "-x", "10.0.0.1", "-x", "10.0.0.1", "-d", "-d"));
        assertEquals("[10.0.0.1/32]", command.sessions.passList.list().toString());
    }
}
