package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.InterceptConfig;
import dev.intercept.capture.AddressTranslation;
import dev.intercept.net.Cidr;
import dev.intercept.server.Keepalive;
import dev.intercept.session.SessionLimits;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the options become. */
class ConfigTest {

    @TempDir
    Path directory;

    private static InterceptCommand parsed(String... args) {
        CommandLine commandLine = CommandLines.create(args);
        commandLine.parseArgs(args);
        return commandLine.getCommand();
    }

    private static InterceptConfig config(String... args) {
        return parsed(args).config();
    }

    @Test
    void shouldLeaveEveryDefaultToCoreWhenNothingIsGiven() {
        assertEquals(InterceptConfig.builder().build(), config());
    }

    @Test
    void shouldTakeEveryLetterOfTheManPage() throws IOException {
        String[] args = "-x 10.0.0.1,10.0.0.2 -b 127.0.0.1 -d -l log -p 36525 -P pid -s 1024 -t 60".split(" ");
        InterceptConfig config = config(args);
        assertEquals(List.of(Cidr.parse("10.0.0.1"), Cidr.parse("10.0.0.2")), config.passList());
        assertEquals(Optional.of(InetAddress.getByName("127.0.0.1")), config.bindAddress());
        assertEquals(36525, config.port());
        assertEquals(1024, config.tableSize());
        assertEquals(60, config.routeTimeoutS());

        RunOptions run = parsed(args).run;
        assertTrue(run.daemon);
        assertEquals(Path.of("log"), run.log);
        assertEquals(Path.of("pid"), run.pidFile);
    }

    @Test
    void shouldTakeTheLongNames() throws IOException {
        InterceptConfig config = config(
                "--passlist=10.0.0.0/8,",
                "--bind",
                "::1",
                "--port=1",
                "--table-size=2",
                "--timeout=3",
                "--max-sessions=4",
                "--max-parked=5",
                "--max-tunnels=6",
                "--tunnel-buffer=64K",
                "--allow=192.0.2.0/24",
                "--quickack=off",
                "--target-figures=off",
                "--stats-interval=7");
        assertEquals(List.of(Cidr.parse("10.0.0.0/8")), config.passList());
        assertEquals(Optional.of(InetAddress.getByName("::1")), config.bindAddress());
        assertEquals(1, config.port());
        assertEquals(2, config.tableSize());
        assertEquals(3, config.routeTimeoutS());
        assertEquals(4, config.maxSessions());
        assertEquals(5, config.maxParked());
        assertEquals(6, config.maxTunnels());
        assertEquals(65536, config.tunnelBufferBytes());
        assertEquals(List.of(Cidr.parse("192.0.2.0/24")), config.allow());
        assertEquals(false, config.quickackRoutes());
        assertEquals(false, config.targetFigures());
        assertEquals(7, config.statsIntervalS());
    }

    @Test
    void shouldHaveTunnelsAcknowledgedByARouteUnlessAskedOtherwise() {
        assertEquals(true, config().quickackRoutes());
        assertEquals(true, config("--quickack=route").quickackRoutes());
    }

    @Test
    void shouldTakeWhatTcpcopyWasBuiltWith() {
        assertEquals(
                new ProtocolOptions(ProtocolOptions.Combined.OFF, true, true, Optional.of(Generation.V0_8)),
                config("--combined=off", "--payload", "--single", "--generation=0.8")
                        .protocol()
                        .others());
    }

    @Test
    void shouldChooseTheBackendThatAloneUnderstandsTheOptionsGiven() {
        assertEquals(Optional.of("upper"), config("--upper-lane=3").backendName());
        assertEquals(
                Optional.empty(), config("--upper-lane=3", "--lower-lane=1").backendName());
        assertEquals(Optional.empty(), config().backendName());
    }

    @Test
    void shouldTakeSeveralTranslations() {
        assertEquals(
                List.of("172.17.0.2-10.0.0.1", "172.17.0.3-10.0.0.2"),
                parsed("-D", "172.17.0.2-10.0.0.1,172.17.0.3-10.0.0.2").sessions.translations);
        assertNotEquals(
                AddressTranslation.NONE,
                config("--translate=172.17.0.2-10.0.0.1").addressTranslation());
    }

    @Test
    void shouldTakeSeveralTranslationOptionsTogether() {
        assertEquals(
                List.of("172.17.0.2-10.0.0.1", "172.17.0.3-10.0.0.2"),
                parsed("-D", "172.17.0.2-10.0.0.1", "-D", "172.17.0.3-10.0.0.2").sessions.translations);
    }

    @Test
    void shouldMatchAnyTargetWhenAsked() {
        assertTrue(config("--any-target").anyTarget());
        assertFalse(config().anyTarget());
    }

    @Test
    void shouldReadTheTimesOfKeepalive() {
        assertEquals(new Keepalive(60, 20, 3), config().keepalive());
        assertEquals(new Keepalive(30, 20, 3), config("--keepalive=30").keepalive());
        assertEquals(new Keepalive(10, 5, 4), config("--keepalive=10/5/4").keepalive());
        assertEquals(Keepalive.OFF, config("--keepalive", "off").keepalive());
    }

    @Test
    void shouldReadSizesWithAndWithoutUnit() {
        assertEquals(16384, config("--tunnel-buffer=16384").tunnelBufferBytes());
        assertEquals(2 << 20, config("--tunnel-buffer=2m").tunnelBufferBytes());
        assertEquals(1 << 30, config("--tunnel-buffer=1G").tunnelBufferBytes());
    }

    @Test
    void shouldReadArgumentsFromAFileAndLetLaterOnesOverride() throws Exception {
        Path file = directory.resolve("args");
        Files.writeString(file, "# site defaults\n-p 4000\n--timeout=30\n");
        InterceptConfig config =
                config(ArgumentFiles.expand("@" + file, "-p", "5000").array());
        assertEquals(5000, config.port());
        assertEquals(30, config.routeTimeoutS());
    }

    @Test
    void shouldHandOnBackendAndItsOptions() {
        InterceptConfig config = config("--backend=upper", "--upper-lane=3");
        assertEquals(Optional.of("upper"), config.backendName());
        assertEquals(Map.of("--upper-lane", "3"), config.backendOptions());
    }

    @Test
    void shouldSearchPluginsInEveryDirectoryGiven() {
        assertEquals(
                List.of(Path.of("/a"), Path.of("/b")),
                config("--plugin-path=/a:/b").pluginPath());
    }

    @Test
    void shouldTakeOfEachBoundWhatASessionTableTakes() {
        List<InterceptConfig> accepted = List.of(
                config("--max-sessions", "8388608", "-s", "8388608", "--max-parked", "1048576"),
                config("--max-parked", "0"));
        for (InterceptConfig config : accepted) {
            SessionLimits limits = SessionLimits.of(
                    config.tableSize(), config.maxSessions(), config.maxParked(), config.routeTimeoutS());
            assertEquals(config.maxParked(), limits.maxParked());
        }
        for (String option : List.of("--max-sessions", "-s", "--max-parked")) {
            CommandLine.ParameterException e =
                    assertThrows(CommandLine.ParameterException.class, () -> parsed(option, "16777216"), option);
            assertTrue(e.getMessage().contains("'16777216' is not a number from "), e.getMessage());
        }
    }

    @Test
    void shouldNameThePairsOfATranslation() {
        String text = config("-D", "172.17.0.2-10.1.2.3").toString();
        assertTrue(text.contains("172.17.0.2-10.1.2.3"), text);
    }
}
