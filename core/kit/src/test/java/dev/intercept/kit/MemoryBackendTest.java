package dev.intercept.kit;

/** The kit's own backend keeps the rules. */
class MemoryBackendTest extends CaptureBackendContract {

    @Override
    protected BackendFixture newFixture() {
        return new MemoryFixture(opening -> new MemoryBackend());
    }
}
