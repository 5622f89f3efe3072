package com.example.hexfile;

import dev.intercept.spi.AnswerPath;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.CaptureMode;
import dev.intercept.spi.Host;
import dev.intercept.spi.HostFinding;
import dev.intercept.spi.PacketInjector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What intercept finds in the jar: the backend's name, its options, and how it is opened. */
public final class HexFileProvider implements CaptureBackendProvider {

    private static final String FILE = "--hex-file";
    private static final String FOLLOW = "--hex-follow";

    @Override
    public String name() {
        return "hexfile";
    }

    @Override
    public String description() {
        return "packets from a text file, one a line in hexadecimal digits; observes only";
    }

    /** It decides nothing, so answers would escape where it is chosen silently. */
    @Override
    public int priority() {
        return 0;
    }

    @Override
    public int spiVersion() {
        return SPI_VERSION;
    }

    @Override
    public Optional<String> unavailabilityCause() {
        return Optional.empty();
    }

    @Override
    public List<BackendOption> options() {
        return List.of(
                new BackendOption(List.of(FILE), "FILE", "", "text file with one packet a line, from its IP header on"),
                new BackendOption(List.of(FOLLOW), "", "", "wait for further lines at the end of the file"));
    }

    @Override
    public CaptureMode mode() {
        return CaptureMode.OBSERVES;
    }

    /** For a self-test, a file that the test itself fills: see {@link #injector}. */
    @Override
    public Map<String, String> optionsFor(AnswerPath path) {
        return Map.of(FILE, "/tmp/intercept-hexfile-" + UUID.randomUUID(), FOLLOW, "true");
    }

    @Override
    public Optional<PacketInjector> injector(BackendOptions options) throws IOException {
        return Optional.of(new HexFileInjector(Path.of(options.text(FILE).orElseThrow())));
    }

    @Override
    public List<HostFinding> check(Host host, BackendOptions options) {
        return options
                .text(FILE)
                .map(file -> Files.isReadable(Path.of(file))
                        ? HostFinding.ok(HostFinding.Topic.BACKEND, file + " can be read")
                        : HostFinding.fail(
                                HostFinding.Topic.BACKEND,
                                file + " cannot be read",
                                "chmod a+r " + file + "  # or " + FILE + "=FILE for another"))
                .stream()
                .toList();
    }

    @Override
    public List<CaptureBackend> open(BackendOptions options) throws BackendException {
        Path file = Path.of(options.text(FILE)
                .orElseThrow(() -> new BackendException(
                        BackendException.Kind.USAGE, FILE + " is missing: name the file with the packets")));
        try {
            return List.of(new HexFileBackend(file, options.isSet(FOLLOW)));
        } catch (IOException e) {
            throw new BackendException(
                    BackendException.Kind.REFUSED, FILE + " " + e.getMessage() + ": name a file that can be read", e);
        }
    }
}
