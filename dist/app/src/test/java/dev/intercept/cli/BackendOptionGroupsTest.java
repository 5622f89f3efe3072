package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.spi.BackendOption;
import dev.intercept.spi.CaptureBackendProvider;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class BackendOptionGroupsTest {

    private static final BackendOption QUEUE = new BackendOption(List.of("--queue"), "N", "0", "the queue");
    private static final BackendOption MAXLEN =
            new BackendOption(List.of("--queue-maxlen", "-q"), "N", "8192", "its length");
    private static final BackendOption PROMISCUOUS =
            new BackendOption(List.of("--promiscuous"), "", "", "see all packets");

    private final CommandSpec command = CommandSpec.create()
            .addOption(CommandLine.Model.OptionSpec.builder("-p", "--port")
                    .type(String.class)
                    .build());

    private BackendOptionGroups groups(CaptureBackendProvider... providers) {
        BackendOptionGroups groups = new BackendOptionGroups(List.of(providers));
        groups.addTo(command);
        return groups;
    }

    @Test
    void shouldMergeOptionsThatBackendsShare() {
        BackendOptionGroups groups = groups(
                new TestBackend("nfqueue", QUEUE, MAXLEN),
                new TestBackend("nflog", MAXLEN),
                new TestBackend("pcap", PROMISCUOUS));
        assertEquals(
                Set.of("Options of nfqueue", "Options of nfqueue and nflog", "Options of pcap"),
                command.mixins().keySet());
        assertEquals(List.of("nfqueue", "nflog"), groups.backendsOf("--queue-maxlen"));
        assertEquals(List.of(), groups.problems());
    }

    @Test
    void shouldKeepWhatWasGivenByTheFirstName() {
        BackendOptionGroups groups =
                groups(new TestBackend("nfqueue", QUEUE, MAXLEN), new TestBackend("pcap", PROMISCUOUS));
        new CommandLine(command).parseArgs("-q", "64", "--promiscuous");
        assertEquals(Map.of("--queue-maxlen", "64", "--promiscuous", "true"), groups.given());
    }

    @Test
    void shouldGiveNothingWhenNothingWasGiven() {
        BackendOptionGroups groups = groups(new TestBackend("nfqueue", QUEUE, PROMISCUOUS));
        new CommandLine(command).parseArgs();
        assertEquals(Map.of(), groups.given());
    }

    @Test
    void shouldLeaveOutANameThatIsTakenAndSaySo() {
        BackendOption clashing = new BackendOption(List.of("--peer", "-p"), "N", "", "a peer");
        BackendOptionGroups groups = groups(new TestBackend("plugin", clashing));
        assertEquals(
                List.of("the option -p of plugin is left out: intercept has another option of that name"),
                groups.problems());
        new CommandLine(command).parseArgs("--peer", "1");
        assertEquals(Map.of("--peer", "1"), groups.given());
    }

    @Test
    void shouldShowDefaultAndPercentSignsAsTheBackendWroteThem() {
        groups(new TestBackend("plugin", new BackendOption(List.of("--fill"), "N", "80", "fill up to N %")));
        String help = new CommandLine(command).getUsageMessage();
        assertEquals(true, help.contains("fill up to N % (default: 80)"), help);
    }

    @Test
    void shouldChooseTheBackendThatIsGivenAllThatItRequires() {
        BackendOption device = new BackendOption(List.of("--device"), "DEV", "", "a device");
        BackendOption port = new BackendOption(List.of("--of-port"), "PORT", "", "a port");
        TestBackend demanding = new TestBackend("demanding", device, port) {
            @Override
            public Set<String> requiredOptions() {
                return Set.of("--of-port");
            }
        };
        BackendOptionGroups groups = groups(new TestBackend("modest", device), demanding);
        new CommandLine(command).parseArgs("--device", "eth0");
        assertEquals(Optional.of("modest"), groups.onlyOneForAll());
        new CommandLine(command).parseArgs("--device", "eth0", "--of-port", "80");
        assertEquals(Optional.of("demanding"), groups.onlyOneForAll());
    }

    @Test
    void shouldOfferThePassListOnceThoughABackendIsGivenItToo() {
        BackendOptionGroups groups = groups(new TestBackend("stopping", BackendOption.PASS_LIST));
        assertEquals(List.of(), groups.options());
        assertEquals(List.of(), groups.problems());
    }
}
