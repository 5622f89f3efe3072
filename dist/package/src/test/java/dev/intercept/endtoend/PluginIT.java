package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.endtoend.InstalledProgram.Result;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.spi.CaptureBackendProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jars that users drop into plugins/ of the built program: the example backend, and broken ones beside it. */
class PluginIT {

    private static final Path EXAMPLE = Path.of("target/it/example-backend/target/intercept-hexfile.jar");
    private static final InetSocketAddress TUNNELS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 36524);

    @TempDir
    Path directory;

    private InstalledProgram program;
    private Path plugins;

    @BeforeEach
    void dropTheExampleIn() throws Exception {
        program = InstalledProgram.copied(directory);
        plugins = directory.resolve("intercept/plugins");
        Files.copy(EXAMPLE, plugins.resolve("intercept-hexfile.jar"));
    }

    @AfterEach
    void leave() {
        program.close();
    }

    private Path packets(String... lines) throws IOException {
        return Files.writeString(directory.resolve("packets.hex"), String.join("\n", lines) + "\n");
    }

    private static byte[] answer() {
        return new PacketBuilder()
                .flags(PacketBuilder.SYN | PacketBuilder.ACK)
                .sequence(4711)
                .build();
    }

    @Test
    void shouldListTheExampleAndOfferItsOptions() throws Exception {
        Result list = program.run("--list-backends");
        assertTrue(list.out().contains("""
                hexfile    packets from a text file, one a line in hexadecimal digits; observes only
                           %s; usable; only with --backend=hexfile
                """.formatted(plugins.resolve("intercept-hexfile.jar"))), list.out());
        String help = program.run("--help").out();
        assertTrue(help.contains("Options of hexfile:\n"), help);
        assertTrue(help.contains("--hex-follow"), help);
    }

    @Test
    void shouldReplayTheFileToItsEnd() throws Exception {
        Path file = packets(
                "# one answer, twice",
                HexFormat.of().formatHex(answer()),
                "",
                HexFormat.of().formatHex(answer()));
        Result result = program.run("--backend=hexfile", "--hex-file", file.toString());
        assertEquals(0, result.exitCode(), result.err());
        assertTrue(result.err().contains("capturing with hexfile (hexfile:" + file + ")"), result.err());
        assertTrue(result.err().contains("final total resp packs:2"), result.err());
    }

    @Test
    void shouldBringTheExamplesPacketsToTcpcopy() throws Exception {
        Path file = packets(HexFormat.of().formatHex(answer()));
        Process intercept = program.startForeground("--backend=hexfile", "--hex-file", file.toString(), "--hex-follow");
        program.awaitErr("capturing with hexfile");
        try (TunnelClient tcpcopy = program.network().call(() -> TunnelClient.connect(TUNNELS))) {
            int client = PacketBuilder.address(TestNetwork.client(1));
            tcpcopy.add(client, 10000, PacketBuilder.address(TestNetwork.TARGET), 8080);
            ByteBuffer message = tcpcopy.read((int) TimeUnit.SECONDS.toMillis(InstalledProgram.PATIENCE_S))
                    .orElseThrow();
            assertEquals(client, message.getInt(16), "the answer's destination in the header that tcpcopy gets");
        }
        intercept.destroy();
        assertTrue(intercept.waitFor(InstalledProgram.PATIENCE_S, TimeUnit.SECONDS));
    }

    @Test
    void shouldNameEveryBrokenPluginWithItsJarAndUseTheOthers() throws Exception {
        Path future = BrokenPlugins.jar(
                plugins.resolve("a.jar"), BrokenPlugins.FromTheFuture.class, BrokenPlugins.Named.class);
        Path failing =
                BrokenPlugins.jar(plugins.resolve("b.jar"), BrokenPlugins.Failing.class, BrokenPlugins.Named.class);
        Path incomplete = BrokenPlugins.jar(plugins.resolve("c.jar"), BrokenPlugins.Incomplete.class);
        Path impostor =
                BrokenPlugins.jar(plugins.resolve("d.jar"), BrokenPlugins.Impostor.class, BrokenPlugins.Named.class);
        Path noJar = Files.writeString(plugins.resolve("e.jar"), "no jar at all");
        Result list = program.run("--list-backends");
        assertEquals(0, list.exitCode(), list.err());
        int version = CaptureBackendProvider.SPI_VERSION;
        assertProblem(
                list,
                future + ": backend future was built for version " + (version + 1)
                        + " of the backend interface, this intercept takes 1 to " + version
                        + ": take a release of the plug-in that fits, or a newer intercept");
        assertProblem(list, failing + ": a backend cannot be loaded: ");
        assertTrue(list.out().contains("no luck"), list.out());
        assertProblem(list, incomplete + ": a backend cannot be loaded: ");
        assertTrue(list.out().contains("BrokenPlugins$Named"), list.out());
        assertProblem(list, impostor + ": a second backend named nfqueue is left out, the one from built in is used");
        assertProblem(list, noJar + ": ");
        for (String usable : new String[] {"ipqueue", "nfqueue", "pcap", "hexfile"}) {
            assertTrue(list.out().contains("\n" + usable) || list.out().startsWith(usable), list.out());
        }
    }

    private static void assertProblem(Result list, String text) {
        assertTrue(list.out().contains("problem    " + text), list.out());
    }

    @Test
    void shouldStartBesideABrokenPluginAndWarnOnce() throws Exception {
        Path failing =
                BrokenPlugins.jar(plugins.resolve("b.jar"), BrokenPlugins.Failing.class, BrokenPlugins.Named.class);
        Path file = packets(HexFormat.of().formatHex(answer()));
        Result result = program.run("--backend=hexfile", "--hex-file", file.toString());
        assertEquals(0, result.exitCode(), result.err());
        long warnings = result.err()
                .lines()
                .filter(line -> line.contains("[warn] " + failing + ": a backend cannot be loaded: "))
                .count();
        assertEquals(1, warnings, result.err());
    }
}
