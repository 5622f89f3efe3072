package dev.intercept.nflog;

import dev.intercept.kit.BackendFixture;
import dev.intercept.kit.CaptureBackendContract;

/** {@code nflog} over the real kernel keeps the rules of capture backends. */
class NflogContractTest extends CaptureBackendContract {

    @Override
    protected BackendFixture newFixture() throws Exception {
        return new GroupFixture();
    }
}
