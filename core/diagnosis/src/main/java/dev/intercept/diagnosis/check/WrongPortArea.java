package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.Sockets;
import dev.intercept.spi.Host;
import java.util.List;
import java.util.OptionalInt;

/** Whether the target's port is a wrong one: nobody listens there, while a server and a rule agree on another. */
final class WrongPortArea implements Area {

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        OptionalInt port = scope.targetPort();
        Sockets sockets = new Sockets(host);
        if (port.isEmpty()
                || scope.rules().isEmpty()
                || sockets.listeningOn(port.getAsInt()).isPresent()) {
            return List.of();
        }
        AnswerRules rules = AnswerRules.read(host, scope);
        return rules.ports().stream()
                .filter(right ->
                        right != port.getAsInt() && sockets.listeningOn(right).isPresent())
                .findFirst()
                .map(right -> List.of(finding(port.getAsInt(), right)))
                .orElse(List.of());
    }

    private static Finding finding(int wrong, int right) {
        return Finding.fail(
                        FindingId.WRONG_TARGET,
                        "nothing listens here on port " + wrong
                                + ", which is said to be the test server's; a server listens on " + right
                                + " and a rule hands up its answers",
                        "tcpcopy -x ONLINE_PORT-THIS_HOST:" + right + "  # on the online server, in place of :" + wrong)
                .about("port " + wrong);
    }
}
