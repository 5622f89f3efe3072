package dev.intercept.cli;

import dev.intercept.server.ClientProtocols;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.ProtocolOptions.Combined;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What was decided when tcpcopy was built and its bytes do not show, for all clients or for those of an address. */
final class ProtocolFlags {

    @Option(
            names = "--combined",
            paramLabel = "[IP=]MODE",
            split = ",",
            converter = ForClients.OfCombined.class,
            description = "messages in batches: on, off (--disable-combined) or auto, as the generation does "
                    + "(default: auto); for the clients of an address or network only: 10.1.0.0/16=off")
    List<ForClients> combined = new ArrayList<>();

    @Option(
            names = {"-n", "--max-batch"},
            paramLabel = "NUM",
            converter = WholeNumber.Batch.class,
            description = "messages in a batch at most (default: as many as the client takes)")
    @Nullable
    Integer maxBatch;

    @Option(
            names = "--payload",
            paramLabel = "[IP=]on|off",
            arity = "0..1",
            fallbackValue = "on",
            split = ",",
            converter = ForClients.OfSwitch.class,
            description = "tcpcopy was built with --payload")
    List<ForClients> payload = new ArrayList<>();

    @Option(
            names = "--single",
            paramLabel = "[IP=]on|off",
            arity = "0..1",
            fallbackValue = "on",
            split = ",",
            converter = ForClients.OfSwitch.class,
            description = "tcpcopy was built with --single: it announces no sessions")
    List<ForClients> single = new ArrayList<>();

    @Option(
            names = "--generation",
            paramLabel = "[IP=]VERSION",
            split = ",",
            converter = ForClients.OfGeneration.class,
            description = "version of tcpcopies that look the same: 0.7, 0.8 or 0.9 (default: recognised by the "
                    + "connections that a client opens at once)")
    List<ForClients> generation = new ArrayList<>();

    ClientProtocols options() {
        ProtocolOptions others = new ProtocolOptions(
                last(combined, ForClients::combined).orElse(Combined.AUTO),
                last(payload, ForClients::isOn).orElse(false),
                last(single, ForClients::isOn).orElse(false),
                last(generation, ForClients::generation),
                maxBatch == null ? ProtocolOptions.NO_BATCH_LIMIT : maxBatch);
        List<ClientProtocols.Network> networks = new ArrayList<>();
        addressed(combined).forEach(each -> networks.add(network(each, null, each.combined(), null, null)));
        addressed(payload).forEach(each -> networks.add(network(each, null, null, each.isOn(), null)));
        addressed(single).forEach(each -> networks.add(network(each, null, null, null, each.isOn())));
        addressed(generation).forEach(each -> networks.add(network(each, each.generation(), null, null, null)));
        return new ClientProtocols(others, networks);
    }

    /** The last value that is for all clients. */
    private static <T> Optional<T> last(List<ForClients> given, Function<ForClients, T> value) {
        return given.stream()
                .filter(each -> each.clients().isEmpty())
                .reduce((earlier, later) -> later)
                .map(value);
    }

    private static Stream<ForClients> addressed(List<ForClients> given) {
        return given.stream().filter(each -> each.clients().isPresent());
    }

    private static ClientProtocols.Network network(
            ForClients of,
            @Nullable Generation generation,
            @Nullable Combined combined,
            @Nullable Boolean payload,
            @Nullable Boolean single) {
        return new ClientProtocols.Network(
                of.clients().orElseThrow(),
                Optional.ofNullable(generation),
                Optional.ofNullable(combined),
                Optional.ofNullable(payload),
                Optional.ofNullable(single));
    }
}
