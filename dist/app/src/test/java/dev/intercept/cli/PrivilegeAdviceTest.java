package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import dev.intercept.daemon.Account;
import dev.intercept.spi.Capability;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PrivilegeAdviceTest {

    private static PrivilegeAdvice advice(String... arguments) {
        return advice(Optional.of(Capability.CAP_NET_ADMIN), arguments);
    }

    private static PrivilegeAdvice advice(Optional<Capability> needed, String... arguments) {
        return new PrivilegeAdvice(
                new Account("alice", 1000, 1001, List.of(1001)),
                Path.of("/usr/bin/intercept"),
                List.of(arguments),
                needed);
    }

    @Test
    void shouldAddTheCapabilityOfABackendThatNeedsAnother() {
        String command = advice(Optional.of(Capability.CAP_BPF)).command();
        assertTrue(command.contains(" --inh-caps=+net_admin,+net_raw,+bpf "), command);
        assertTrue(command.contains(" --bounding-set=-all,+net_admin,+net_raw,+bpf "), command);
    }

    @Test
    void shouldRepeatTheCommandWithTwoCapabilitiesAndNoMore() {
        assertEquals(
                "sudo setpriv --reuid=alice --regid=1001 --init-groups --inh-caps=+net_admin,+net_raw"
                        + " --ambient-caps=+net_admin,+net_raw --bounding-set=-all,+net_admin,+net_raw --no-new-privs"
                        + " /usr/bin/intercept --backend=nfqueue -x 192.0.2.1,192.0.2.2",
                advice("--backend=nfqueue", "-x", "192.0.2.1,192.0.2.2").command());
    }

    @Test
    void shouldQuoteForAShell() {
        assertEquals(
                "-F 'tcp and src port 80' 'it'\\''s' ''",
                advice("-F", "tcp and src port 80", "it's", "").command().replaceFirst(".*/usr/bin/intercept ", ""));
    }

    @Test
    void shouldStandBelowTheFailureAndKeepItsCode() {
        StartException failure = new StartException(ExitCode.NO_PERMISSION, "queue 0: no");
        StartException added = advice().addedTo(failure);
        assertEquals(ExitCode.NO_PERMISSION, added.exitCode());
        assertEquals(
                "queue 0: no\nintercept: this runs it as alice with what it needs and no more:\n  "
                        + advice().command(),
                added.getMessage());
    }
}
