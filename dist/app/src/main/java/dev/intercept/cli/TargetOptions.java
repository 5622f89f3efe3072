package dev.intercept.cli;

import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the user says about the host's surroundings. */
final class TargetOptions {

    @Option(
            names = "--client",
            paramLabel = "IP",
            converter = IpAddress.class,
            description = "a real client's address: how would its answers travel?")
    @Nullable
    InetAddress client;

    @Option(
            names = "--target-port",
            paramLabel = "PORT",
            converter = WholeNumber.Port.class,
            description = "where the test server listens; --port is intercept's own, as in a start")
    @Nullable
    Integer targetPort;

    Optional<String> clientText() {
        return Optional.ofNullable(client).map(InetAddress::getHostAddress);
    }

    OptionalInt port() {
        return targetPort == null ? OptionalInt.empty() : OptionalInt.of(targetPort);
    }
}
