package com.example.hexfile;

import dev.intercept.kit.BackendFixture;
import dev.intercept.kit.CaptureBackendContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The file backend keeps every rule of the contract. */
class HexFileContractTest extends CaptureBackendContract {

    @TempDir
    Path directory;

    @Override
    protected BackendFixture newFixture() throws IOException {
        return new HexFileFixture(directory.resolve("packets.hex"));
    }
}
