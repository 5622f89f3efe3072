package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.Processes;
import dev.intercept.diagnosis.Sockets;
import dev.intercept.spi.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Whether intercept's own port is free, and whether the test server listens on its own. */
final class PortsArea implements Area {

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        List<Finding> findings = new ArrayList<>();
        findings.add(ofTunnels(host, scope.config().port()));
        if (scope.targetPort().isPresent() && scope.rules().isPresent()) {
            findings.add(ofTarget(host, scope.targetPort().getAsInt()));
        }
        return findings;
    }

    private static Finding ofTunnels(Host host, int port) {
        Sockets sockets = new Sockets(host);
        Optional<String> listener = sockets.listeningOn(port);
        if (listener.isEmpty()) {
            return Finding.ok(FindingId.PORT, "port " + port + " is free");
        }
        OptionalLong owner = sockets.holder(listener.get());
        if (owner.isEmpty()) {
            return Finding.fail(
                    FindingId.PORT,
                    "port " + port + " is taken by a process that cannot be seen from here",
                    "sudo ss -ltnp sport = :" + port + "  # shows it; or another port here and at tcpcopy: -p PORT");
        }
        Processes processes = new Processes(host);
        String fact = "port " + port + " is taken by " + processes.describe(owner.getAsLong());
        return processes.isIntercept(owner.getAsLong())
                ? Finding.ok(FindingId.PORT, fact)
                : Finding.fail(
                        FindingId.PORT,
                        fact,
                        "kill " + owner.getAsLong() + "  # or another port here and at tcpcopy: -p PORT");
    }

    private static Finding ofTarget(Host host, int port) {
        return new Sockets(host).listeningOn(port).isPresent()
                ? Finding.ok(FindingId.TARGET_PORT, "a server listens on the target's port " + port)
                : Finding.fail(
                        FindingId.TARGET_PORT,
                        "nothing listens on the target's port " + port,
                        "start the test server on port " + port + ", then: ss -ltn sport = :" + port);
    }
}
