package dev.intercept.ebpf;

import dev.intercept.kit.BackendFixture;
import dev.intercept.kit.CaptureBackendContract;

/** {@code ebpf} over the real kernel keeps the rules of capture backends. */
class EbpfContractTest extends CaptureBackendContract {

    @Override
    protected BackendFixture newFixture() throws Exception {
        return new FilteredNetwork();
    }
}
