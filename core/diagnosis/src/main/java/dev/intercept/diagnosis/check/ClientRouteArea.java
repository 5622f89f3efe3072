package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.spi.CaptureMode;
import dev.intercept.spi.Host;
import java.util.List;

/** Whether answers to the client leave at all, and by which interface. */
final class ClientRouteArea implements Area {

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        if (scope.mode() == CaptureMode.OBSERVES) {
            return List.of(Finding.ok(FindingId.CLIENT_ROUTE, "answers leave the target, not this host"));
        }
        ClientRoute route = ClientRoute.of(host, scope);
        if (scope.client().isEmpty()) {
            return route.device().isEmpty()
                    ? List.of(Finding.warn(
                            FindingId.CLIENT_ROUTE,
                            "there is no default route; how clients are reached was not said",
                            "intercept check --client IP  # with the address of a real client"))
                    : List.of(Finding.ok(FindingId.CLIENT_ROUTE, route.text()));
        }
        String client = scope.client().get();
        if (route.isLocal()) {
            return List.of(Finding.fail(
                    FindingId.CLIENT_ROUTE,
                    "the client " + client + " is this host itself: " + route.text(),
                    "intercept check --client IP  # with the address of a client that is another host"));
        }
        if (route.device().isEmpty()) {
            return List.of(Finding.fail(
                    FindingId.CLIENT_ROUTE,
                    "no route to the client " + client + " (ip route get: " + route.text() + ")",
                    "ip route replace " + client + "/32 dev " + firstDevice(host)));
        }
        return List.of(Finding.ok(FindingId.CLIENT_ROUTE, "answers leave by " + route.device() + ": " + route.text()));
    }

    private static String firstDevice(Host host) {
        return host.readNet("dev")
                .orElse("")
                .lines()
                .skip(2)
                .map(line -> line.strip().split(":")[0])
                .filter(device -> !device.equals("lo"))
                .findFirst()
                .orElse("DEVICE");
    }
}
