package dev.intercept.kit;

import dev.intercept.spi.CaptureBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** Surroundings of a {@link MemoryBackend}: the backend is all there is. */
final class MemoryFixture implements BackendFixture {

    private final IntFunction<MemoryBackend> opener;
    private final List<MemoryBackend> opened = new ArrayList<>();

    /** @param opener makes the first, second … backend of this fixture, numbered from 1 */
    MemoryFixture(IntFunction<MemoryBackend> opener) {
        this.opener = opener;
    }

    @Override
    public CaptureBackend open() {
        MemoryBackend backend = opener.apply(opened.size() + 1);
        opened.add(backend);
        return backend;
    }

    private MemoryBackend last() {
        return opened.get(opened.size() - 1);
    }

    @Override
    public void inject(byte[] packet) {
        last().inject(packet);
    }

    @Override
    public Optional<byte[]> accepted(int timeoutMs) throws InterruptedException {
        return last().accepted(timeoutMs);
    }

    @Override
    public void close() {
        opened.clear();
    }
}
