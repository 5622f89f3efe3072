package com.example.hexfile;

import dev.intercept.kit.BackendFixture;
import dev.intercept.spi.CaptureBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Optional;

/** The surroundings of the file backend: a file, to which injected packets are appended. */
final class HexFileFixture implements BackendFixture {

    private final Path file;

    HexFileFixture(Path file) throws IOException {
        this.file = Files.createFile(file);
    }

    @Override
    public CaptureBackend open() throws IOException {
        return new HexFileBackend(file, true);
    }

    @Override
    public void inject(byte[] packet) throws IOException {
        Files.writeString(file, HexFormat.of().formatHex(packet) + "\n", StandardOpenOption.APPEND);
    }

    @Override
    public Optional<byte[]> accepted(int timeoutMs) {
        throw new AssertionError("the backend only observes, so nothing goes on after its verdict");
    }

    @Override
    public void close() {
        // The test's directory is removed with the file.
    }
}
