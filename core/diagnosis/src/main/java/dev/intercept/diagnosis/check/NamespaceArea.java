package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.Sockets;
import dev.intercept.spi.CaptureMode;
import dev.intercept.spi.Host;
import java.util.ArrayList;
import java.util.List;

/** Whether this process sees the host's network or one of its own, and in the latter case whether the target is in it too. */
final class NamespaceArea implements Area {

    private static final List<String> CONTAINER_MARKS =
            List.of("/.dockerenv", "/run/.containerenv", "/run/systemd/container");

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        boolean isFirst = NetworkNamespaces.isFirst(host);
        // A device's answers come from a target elsewhere, by design.
        boolean isTargetHere = scope.mode() == CaptureMode.OBSERVES
                || scope.targetPort().isPresent()
                        && new Sockets(host)
                                .listeningOn(scope.targetPort().getAsInt())
                                .isPresent();
        String own = NetworkNamespaces.own(host);
        List<Finding> findings = new ArrayList<>();
        if (isFirst) {
            findings.add(
                    Finding.ok(FindingId.NETWORK_NAMESPACE, "this process is in the host's network namespace" + own));
        } else if (isTargetHere) {
            findings.add(Finding.ok(
                    FindingId.NETWORK_NAMESPACE,
                    "this process is in a network namespace of its own" + own + needed(scope)));
        } else {
            findings.add(inAnother(own));
        }
        CONTAINER_MARKS.stream()
                .filter(mark -> host.read(mark).isPresent())
                .findFirst()
                .ifPresent(mark -> findings.add(inContainer(mark, isFirst, isTargetHere, scope)));
        return findings;
    }

    private static String needed(CheckScope scope) {
        return scope.mode() == CaptureMode.OBSERVES
                ? ", which needs no more than the device"
                : ", and so is the target";
    }

    private static Finding inAnother(String own) {
        return Finding.warn(
                FindingId.NETWORK_NAMESPACE,
                "this process is in a network namespace of its own" + own
                        + ", and whether the target is in it was not said or is not so",
                "nsenter -t PID -n intercept  # PID: a process of the test server; if that is in here: intercept check"
                        + " --target-port PORT");
    }

    private static Finding inContainer(String mark, boolean isFirst, boolean isTargetHere, CheckScope scope) {
        String fact = "this is a container (" + mark + " is there)";
        if (isFirst) {
            return Finding.ok(FindingId.CONTAINER, fact + " with the host's network");
        }
        return isTargetHere
                ? Finding.ok(FindingId.CONTAINER, fact + needed(scope))
                : Finding.warn(
                        FindingId.CONTAINER,
                        fact + " with a network of its own",
                        "docker run --network=host --cap-add=NET_ADMIN IMAGE  # if the test server is in a container:"
                                + " --network=container:NAME instead");
    }
}
