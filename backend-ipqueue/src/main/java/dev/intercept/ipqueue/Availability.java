package dev.intercept.ipqueue;

import dev.intercept.netlink.Errno;
import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.SystemCallException;
import java.util.Optional;

/** Finds out why ip_queue cannot be used on this host. */
final class Availability {

    private Availability() {}

    /**
     * Opens a socket of the protocol, by which a kernel up to 3.4 loads the module, and closes it again.
     *
     * @return the reason with its next step; empty when ip_queue is here
     */
    static Optional<String> unavailabilityCause(KernelEndpoint kernel) {
        try {
            return cause(kernel);
        } catch (LinkageError e) {
            return Optional.of(Refusal.libraryBroken(e));
        }
    }

    private static Optional<String> cause(KernelEndpoint kernel) {
        ProcFiles proc = new ProcFiles(kernel.proc());
        if (proc.kernelIsTooNew() && proc.queueStatus().isEmpty()) {
            // Most hosts: found without loading jnr-ffi, which takes 300 ms of every start.
            return Optional.of(tooNew(proc));
        }
        try {
            new NetlinkSocket(new JnrSystemCalls(), kernel.protocol()).close();
        } catch (SystemCallException e) {
            return Optional.of(explain(e, proc));
        }
        return proc.queueStatus().isEmpty() ? Optional.of(Refusal.otherNamespace()) : Optional.empty();
    }

    /** Why {@code socket()} failed. */
    static String explain(SystemCallException e, ProcFiles proc) {
        if (e.errno() != Errno.EPROTONOSUPPORT) {
            return Refusal.socketFailed(e);
        }
        if (proc.kernelIsTooNew()) {
            return tooNew(proc);
        }
        String release = proc.kernelRelease().orElse("of unknown version");
        return proc.queueHandler().map(Refusal::hookTaken).orElseGet(() -> Refusal.moduleMissing(release));
    }

    private static String tooNew(ProcFiles proc) {
        return Refusal.kernelTooNew(proc.kernelRelease().orElseThrow());
    }
}
