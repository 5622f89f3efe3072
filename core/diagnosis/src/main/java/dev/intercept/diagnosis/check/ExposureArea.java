package dev.intercept.diagnosis.check;

import dev.intercept.InterceptConfig;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.net.PublicAddress;
import dev.intercept.spi.Host;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/** Whether everybody can reach intercept's port. Asks Java for the addresses, as the start does. */
final class ExposureArea implements Area {

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        InterceptConfig config = scope.config();
        if (!config.allow().isEmpty()) {
            return List.of(Finding.ok(FindingId.PUBLIC_ADDRESS, "--allow says who may connect"));
        }
        InetAddress bound = config.bindAddress().orElseGet(() -> new InetSocketAddress(config.port()).getAddress());
        Optional<InetAddress> reachable = PublicAddress.reachableAt(bound);
        if (reachable.isEmpty()) {
            return List.of(Finding.ok(FindingId.PUBLIC_ADDRESS, "intercept's port has no public address"));
        }
        return List.of(Finding.warn(
                FindingId.PUBLIC_ADDRESS,
                "port " + config.port() + " is reached at " + reachable.get().getHostAddress() + " by everyone",
                "intercept --allow CIDR  # the hosts on which tcpcopy runs"));
    }
}
