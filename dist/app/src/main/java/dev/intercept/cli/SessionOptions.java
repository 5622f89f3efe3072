package dev.intercept.cli;

import dev.intercept.capture.AddressTranslation;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** Which responses are let through, and how many sessions are kept for how long. */
final class SessionOptions {

    @Option(
            names = {"-x", "--passlist"},
            paramLabel = "IP[,IP...]",
            converter = Networks.Ipv4Only.class,
            description = "destinations whose packets pass untouched, such as health checkers; networks as CIDR")
    Networks passList = new Networks();

    @Option(
            names = {"-D", "--translate"},
            paramLabel = "FROM-TO",
            split = ",",
            converter = AddressPair.class,
            description =
                    "what answers call FROM, on either side, tcpcopy knows as TO: a target in a container, clients "
                            + "behind SNAT; several pairs between commas")
    List<String> translations = new ArrayList<>();

    @Option(
            names = "--any-target",
            description =
                    "a session's answers may come from any address, by the target's port alone, as with --dnat of the "
                            + "original")
    boolean anyTarget;

    @Option(
            names = {"-s", "--table-size"},
            paramLabel = "NUM",
            converter = WholeNumber.Sessions.class,
            defaultValue = "65536",
            description = "initial size of the session table; it grows (default: ${DEFAULT-VALUE})")
    int tableSize;

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "SEC",
            converter = WholeNumber.Seconds.class,
            defaultValue = "120",
            description = "seconds until an idle session's route is dropped (default: ${DEFAULT-VALUE})")
    int routeTimeoutS;

    @Option(
            names = "--max-sessions",
            paramLabel = "N",
            converter = WholeNumber.Sessions.class,
            defaultValue = "1048576",
            description =
                    "sessions at most; beyond, who has most loses the one idle for longest (default: ${DEFAULT-VALUE})")
    int maxSessions;

    @Option(
            names = "--max-parked",
            paramLabel = "N",
            converter = WholeNumber.ParkedHeaders.class,
            defaultValue = "65536",
            description = "headers that may wait for their route; beyond, the oldest goes (default: ${DEFAULT-VALUE})")
    int maxParked;

    /** @throws IllegalArgumentException when two pairs contradict each other, which {@link #refuseContradictions} reports */
    AddressTranslation addressTranslation() {
        return AddressTranslation.parse(translations);
    }

    void refuseContradictions(CommandLine commandLine) {
        try {
            addressTranslation();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(commandLine, "-D, --translate: " + e.getMessage());
        }
    }

    /** Checks one pair; all of them together become one {@link AddressTranslation}. */
    static final class AddressPair implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            try {
                AddressTranslation.parse(List.of(value));
                return value;
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
