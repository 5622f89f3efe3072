package dev.intercept.selftest;

import dev.intercept.kit.TestNetwork;
import java.util.Optional;

/** Looks after intercept and the wire while the replay runs, and shows how far it is. */
final class RunningTest implements ReplayMonitor {

    private static final long END_TIMEOUT_MS = 2000;

    private final DaemonProcess daemon;
    private final EscapeWatch watch;
    private final boolean answersAreStopped;
    private final Progress progress;
    private final long startNs = System.nanoTime();

    /** @param answersAreStopped see {@link Escapes#forbidden} */
    RunningTest(DaemonProcess daemon, EscapeWatch watch, boolean answersAreStopped, Progress progress) {
        this.daemon = daemon;
        this.watch = watch;
        this.answersAreStopped = answersAreStopped;
        this.progress = progress;
    }

    @Override
    public void progress(int answered, int open) {
        progress.replay(answered, open, System.nanoTime() - startNs);
    }

    @Override
    public void check() throws SelftestException {
        Optional<String> end = daemon.end();
        if (end.isPresent()) {
            throw ended(end.get());
        }
        long escaped = watch.escapes().forbidden(answersAreStopped);
        if (escaped > 0) {
            throw new SelftestException(
                    Step.REPLAY,
                    Units.count(escaped, "answer") + " escaped to the clients (seen on " + TestNetwork.WIRE_DEVICE
                            + ")",
                    answersAreStopped
                            ? "the rule is not in force: its tool took it, but the kernel does not follow it; try the"
                                    + " other kind of iptables (update-alternatives --config iptables)"
                            : "answers left by a way that this backend does not see; do not use it on this machine");
        }
    }

    private static SelftestException ended(String how) {
        return new SelftestException(
                Step.REPLAY,
                "intercept ended with " + how + " while requests were replayed",
                "signal 9 comes from a person or the kernel's out-of-memory killer (dmesg); else please report this"
                        + " with the lines above");
    }

    /** A process that is killed loses its sockets a moment before it is gone. */
    @Override
    public SelftestException broken(Exception failure) {
        return daemon.awaitEnd(END_TIMEOUT_MS)
                .map(RunningTest::ended)
                .orElseGet(() -> new SelftestException(
                        Step.REPLAY, String.valueOf(failure.getMessage()), "please report this with the lines above"));
    }
}
