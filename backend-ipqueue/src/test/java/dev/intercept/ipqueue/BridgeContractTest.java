package dev.intercept.ipqueue;

import dev.intercept.kit.BackendFixture;
import dev.intercept.kit.CaptureBackendContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** ipqueue keeps the rules of capture backends with real packets too, from the rule {@code -j QUEUE} to their verdicts. */
class BridgeContractTest extends CaptureBackendContract {

    @TempDir
    Path proc;

    @Override
    protected BackendFixture newFixture() throws Exception {
        return new BridgeFixture(proc);
    }
}
