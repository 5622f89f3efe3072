package dev.intercept.server;

import dev.intercept.net.Cidr;
import java.net.InetAddress;
import java.util.List;

/** Who may connect ({@code --allow}): everyone, where no network is named. May be changed while it is asked. Any thread. */
public final class AllowList {

    private volatile List<Cidr> networks;

    public AllowList(List<Cidr> networks) {
        set(networks);
    }

    /** For connections from now on. */
    public void set(List<Cidr> others) {
        networks = List.copyOf(others);
    }

    boolean contains(InetAddress peer) {
        List<Cidr> now = networks;
        return now.isEmpty() || now.stream().anyMatch(network -> network.contains(peer));
    }
}
