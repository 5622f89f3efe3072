package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the options about tcpcopy's build make of the messages that its clients are sent. */
class ProtocolFlagsTest {

    private static ProtocolOptions options(String... args) {
        CommandLine commandLine = CommandLines.create(args);
        commandLine.parseArgs(args);
        return commandLine.<InterceptCommand>getCommand().config().protocol();
    }

    private static TunnelFormat format(Generation generation, String... args) {
        return TunnelFormat.of(generation, options(args));
    }

    @Test
    void shouldCombineAsTheGenerationDoesUnlessToldOtherwise() {
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
    void shouldSpreadWithoutAddWhenTold() {
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
    void shouldSayWhatCanBeChosen() {
        assertEquals(
                "Invalid value for option '--generation': '0.5' is not one of 0.6, 0.7, 0.8, 0.9, 3, 4, 5, 1.x",
                error("--generation=0.5"));
        assertEquals(
                "Invalid value for option '--combined': 'maybe' is not one of auto, on, off",
                error("--combined=maybe"));
    }

    private static String error(String... args) {
        return assertThrows(CommandLine.ParameterException.class, () -> options(args))
                .getMessage();
    }
}
