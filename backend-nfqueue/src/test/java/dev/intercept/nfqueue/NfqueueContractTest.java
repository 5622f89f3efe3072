package dev.intercept.nfqueue;

import dev.intercept.kit.BackendFixture;
import dev.intercept.kit.CaptureBackendContract;

/** {@code nfqueue} over the real kernel keeps the rules of capture backends. */
class NfqueueContractTest extends CaptureBackendContract {

    @Override
    protected BackendFixture newFixture() throws Exception {
        return new QueueFixture();
    }
}
