package dev.intercept.ebpf;

import dev.intercept.bpf.Bpf;
import java.util.OptionalInt;

/**
 * The loaded programs for devices of one kind, by their descriptors.
 *
 * @param answers {@link AnswerProgram}
 * @param requests {@link RequestProgram}; empty where requests are not timed
 */
record DevicePrograms(int answers, OptionalInt requests) implements AutoCloseable {

    @Override
    public void close() {
        Bpf.close(answers);
        requests.ifPresent(Bpf::close);
    }
}
