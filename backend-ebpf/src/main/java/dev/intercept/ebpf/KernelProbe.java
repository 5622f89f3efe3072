package dev.intercept.ebpf;

import dev.intercept.bpf.Architecture;
import dev.intercept.bpf.BpfMap;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.SystemCallException;
import java.util.Optional;

/** Tries whether the kernel here has what this backend needs, and leaves nothing open. */
final class KernelProbe {

    private static final int PROBE_RING_BYTES = 1 << 16;

    private KernelProbe() {}

    /** Why not, with the next step; empty when it has, or when only a privilege is missing. Any thread. */
    static Optional<String> unavailabilityCause() {
        String system = System.getProperty("os.name");
        if (!system.equals("Linux")) {
            return Optional.of("needs Linux, this is " + system);
        }
        String machine = System.getProperty("os.arch");
        if (Architecture.bpfNumber(machine).isEmpty()) {
            return Optional.of("the number of bpf(2) on " + machine + " is not known here: use --backend=nflog");
        }
        try {
            BpfMap.ring("ic_probe", PROBE_RING_BYTES).close();
            return Optional.empty();
        } catch (SystemCallException e) {
            boolean isMissing = e.errno() == Errno.EINVAL || e.errno() == Errno.ENOSYS;
            return isMissing ? Optional.of(e.getMessage() + ": " + Refusal.TOO_OLD) : Optional.empty();
        } catch (LinkageError e) {
            return Optional.of("JNA cannot load its native library: " + e.getMessage()
                    + ": name a directory from which programs may be run with -Djna.tmpdir=DIR");
        }
    }
}
