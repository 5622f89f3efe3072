package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.server.ClientProtocols;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the options about tcpcopy's build make of the messages that its clients are sent. */
class ProtocolFlagsTest {

    private static ClientProtocols protocols(String... args) {
        CommandLine commandLine = CommandLines.create(args);
        commandLine.parseArgs(args);
        return commandLine.<InterceptCommand>getCommand().config().protocol();
    }

    private static ProtocolOptions options(String... args) {
        return protocols(args).others();
    }

    private static TunnelFormat format(Generation generation, String... args) {
        return TunnelFormat.of(generation, options(args));
    }

    @Test
    void shouldCombineAsTheGenerationDoesUnlessAskedOtherwise() {
        for (Generation generation : Generation.all()) {
            for (String[] args : new String[][] {{}, {"--combined=auto"}, {"--combined=on"}}) {
                assertEquals(generation.batchLimit(), format(generation, args).batchLimit(), generation.name());
            }
            assertEquals(1, format(generation, "--combined=off").batchLimit(), generation.name());
        }
    }

    @Test
    void shouldMakeRoomForPayload() {
        assertEquals(64, format(Generation.V1).messageBytes());
        TunnelFormat payload = format(Generation.V1, "--payload");
        assertEquals(192, payload.messageBytes());
        assertEquals(6, payload.batchLimit());
    }

    @Test
    void shouldSpreadWithoutAddWhenAsked() {
        assertFalse(format(Generation.V1).single());
        assertTrue(format(Generation.V1, "--single").single());
    }

    @Test
    void shouldForceEveryGenerationByItsNameOrOpeningVersion() {
        for (Generation generation : Generation.all()) {
            assertEquals(
                    Optional.of(generation),
                    options("--generation=" + generation.name()).forced());
        }
        assertEquals(Optional.of(Generation.V1), options("--generation=6").forced());
        assertEquals(Optional.empty(), options().forced());
    }

    @Test
    void shouldTakeEachForTheClientsOfAnAddressOrNetwork() throws Exception {
        ClientProtocols protocols = protocols(
                "--generation=10.0.0.5=0.8",
                "--generation=10.0.0.0/8=0.9,2001:db8::/32=0.7",
                "--generation=0.7",
                "--combined=10.0.0.5=off",
                "--payload=10.0.0.6=on",
                "--single=10.0.0.7=on",
                "--payload",
                "--payload=10.0.0.7=off");
        assertEquals(
                new ProtocolOptions(ProtocolOptions.Combined.OFF, true, false, Optional.of(Generation.V0_8)),
                protocols.of(InetAddress.getByName("10.0.0.5")));
        assertEquals(
                new ProtocolOptions(ProtocolOptions.Combined.AUTO, true, false, Optional.of(Generation.V0_9)),
                protocols.of(InetAddress.getByName("10.0.0.6")));
        assertEquals(
                new ProtocolOptions(ProtocolOptions.Combined.AUTO, false, true, Optional.of(Generation.V0_9)),
                protocols.of(InetAddress.getByName("10.0.0.7")));
        assertEquals(
                new ProtocolOptions(ProtocolOptions.Combined.AUTO, true, false, Optional.of(Generation.V0_7)),
                protocols.of(InetAddress.getByName("192.0.2.1")));
        assertTrue(protocols.anySingle());
    }

    @Test
    void shouldBatchNoMoreThanAsked() {
        assertEquals(8, format(Generation.V1, "-n", "8").batchLimit());
        assertEquals(1, format(Generation.V1, "-n", "0").batchLimit());
        assertEquals(16, format(Generation.V1, "--max-batch=20").batchLimit());
        assertTrue(format(Generation.V1, "-n1").combined());
    }

    @Test
    void shouldSayWhatAnAddressAndItsValueLookLike() {
        assertEquals(
                "Invalid value for option '--generation' ([IP=]VERSION): 'host' is not an IP address or network such as"
                        + " 10.1.2.3 or 10.1.0.0/16",
                error("--generation=host=0.8"));
        assertEquals(
                "Invalid value for option '--payload' ([IP=]on|off): '10.0.0.5' is not one of on, off",
                error("--payload=10.0.0.5"));
    }

    @Test
    void shouldSayWhatCanBeChosen() {
        assertEquals(
                "Invalid value for option '--generation' ([IP=]VERSION): '0.5' is not one of 0.6, 0.7, 0.8, 0.9, 3, 4, 5, 1.x",
                error("--generation=0.5"));
        assertEquals(
                "Invalid value for option '--combined' ([IP=]MODE): 'maybe' is not one of auto, on, off",
                error("--combined=maybe"));
    }

    private static String error(String... args) {
        return assertThrows(CommandLine.ParameterException.class, () -> options(args))
                .getMessage();
    }
}
