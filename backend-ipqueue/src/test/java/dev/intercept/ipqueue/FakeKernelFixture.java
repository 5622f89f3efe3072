package dev.intercept.ipqueue;

import dev.intercept.kit.BackendFixture;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.spi.CaptureBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Surroundings of the backend: a stand-in of the kernel, and what left it with NF_ACCEPT. */
final class FakeKernelFixture implements BackendFixture {

    private static final int NF_ACCEPT = 1;

    private final FakeKernel kernel;
    private final BlockingQueue<byte[]> accepted = new LinkedBlockingQueue<>();

    /** The real kernel takes a verdict while it is being sent; the stand-in may be some thousand packets behind. */
    private static final int QUEUE_LENGTH = 1 << 16;

    FakeKernelFixture(Path proc) throws SystemCallException {
        kernel = FakeKernel.start(0, proc);
        kernel.ipQueue().setMaxLength(QUEUE_LENGTH);
    }

    @Override
    public CaptureBackend open() throws Exception {
        return IpQueueBackend.open(new JnrSystemCalls(), kernel.endpoint(), 128);
    }

    @Override
    public void inject(byte[] packet) {
        kernel.queue(packet).thenAccept(verdict -> {
            if (verdict == NF_ACCEPT) {
                accepted.add(packet);
            }
        });
    }

    @Override
    public Optional<byte[]> accepted(int timeoutMs) throws InterruptedException {
        Optional<byte[]> packet = Optional.ofNullable(accepted.poll(timeoutMs, TimeUnit.MILLISECONDS));
        kernel.publish();
        return packet;
    }

    @Override
    public void close() throws IOException {
        kernel.close();
    }
}
