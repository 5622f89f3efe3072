package dev.intercept.quickack;

import dev.intercept.rtnetlink.Ipv4Route;
import dev.intercept.rtnetlink.RoutingRule;
import dev.intercept.rtnetlink.RtnetlinkException;
import dev.intercept.rtnetlink.RtnetlinkSocket;
import dev.intercept.server.HostRoutes;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A routing table of this intercept's own, with a host route to each tunnel's peer that equals the present one but for the metric
 * {@code quickack}, and one rule that has nothing but the segments of the tunnel's port looked up there.
 *
 * <p>The rule stands directly before the one of the table main, so an administrator's rules still decide first. Where they do, no
 * route is added. Rule and routes have {@link #PROTOCOL}, by which a later start finds what a killed one left behind.
 */
public final class QuickackRoutes implements HostRoutes {

    /** Who made a rule or route, {@code ip rule} prints it behind "proto". None of /etc/iproute2/rt_protos. */
    public static final int PROTOCOL = 73;

    /** One before the rule of the table main, ip-rule(8). */
    static final int PRIORITY = 32_765;

    /** Tables begin here; the rest of the number comes from address and port, so that each intercept has its own. */
    private static final int TABLE_BASE = 0x4900_0000;

    private static final int TABLE_MASK = 0xff_ffff;
    private static final int ADDRESS_FACTOR = 0x9E3779B1;

    private static final Logger LOG = System.getLogger(QuickackRoutes.class.getName());

    /** A peer's route. */
    private static final class PeerRoute {
        private final Inet4Address local;
        private int tunnels;
        private @Nullable Ipv4Route copied;
        private boolean isOverruled;
        private boolean isSaid;

        PeerRoute(Inet4Address local) {
            this.local = local;
        }
    }

    private final RtnetlinkSocket socket;
    private final RoutingRule rule;
    private final Map<Inet4Address, PeerRoute> peers = new HashMap<>();

    private QuickackRoutes(RtnetlinkSocket socket, RoutingRule rule) {
        this.socket = socket;
        this.rule = rule;
    }

    /**
     * The routes for tunnels to an address, ready for the first peer; where that cannot be, one line says so, and the host's routes
     * stay untouched. In the network namespace of the calling thread.
     */
    public static HostRoutes of(InetSocketAddress listening) {
        if (!(listening.getAddress() instanceof Inet4Address)
                && !listening.getAddress().isAnyLocalAddress()) {
            return HostRoutes.UNTOUCHED;
        }
        try {
            return open(new RtnetlinkSocket(), rule(listening));
        } catch (RtnetlinkException e) {
            return unavailable(e.errno() == RtnetlinkException.EPERM ? "it lacks CAP_NET_ADMIN" : e.getMessage());
        }
    }

    private static HostRoutes open(RtnetlinkSocket socket, RoutingRule rule) throws RtnetlinkException {
        try {
            new Leftovers(socket, PROTOCOL).remove(rule);
            if (rule.add(socket)) {
                return new QuickackRoutes(socket, rule);
            }
        } catch (RtnetlinkException e) {
            socket.close();
            throw e;
        }
        socket.close();
        return unavailable("this kernel has no rules with ports, Linux 4.17 has");
    }

    private static HostRoutes unavailable(String reason) {
        LOG.log(
                Level.INFO,
                "tunnels are acknowledged when this program gets to read them, because " + reason
                        + "; see 'intercept check'");
        return HostRoutes.UNTOUCHED;
    }

    static RoutingRule rule(InetSocketAddress listening) {
        Optional<Inet4Address> from = Optional.of(listening.getAddress())
                .filter(address -> !address.isAnyLocalAddress())
                .map(Inet4Address.class::cast);
        int mixed = from.map(InetAddress::hashCode).orElse(0) * ADDRESS_FACTOR + listening.getPort();
        return new RoutingRule(from, listening.getPort(), TABLE_BASE | mixed & TABLE_MASK, PRIORITY, PROTOCOL);
    }

    @Override
    public void opened(InetAddress local, InetAddress peer) {
        if (local instanceof Inet4Address from && peer instanceof Inet4Address to) {
            PeerRoute route = peers.computeIfAbsent(to, absent -> new PeerRoute(from));
            if (route.tunnels++ == 0) {
                look(to, route);
            }
        }
    }

    @Override
    public void closed(InetAddress peer) {
        PeerRoute route = peer instanceof Inet4Address ? peers.get(peer) : null;
        if (route != null && --route.tunnels == 0) {
            peers.remove(peer);
            remove((Inet4Address) peer, route);
        }
    }

    @Override
    public void look() {
        peers.forEach(this::look);
    }

    /** Brings one peer's route into the state it should have. */
    private void look(Inet4Address peer, PeerRoute route) {
        try {
            Optional<Ipv4Route> present = copyable(peer, route);
            if (present.isEmpty()) {
                remove(peer, route);
            } else if (!route.isOverruled && !isInPlace(peer, route, present.get())) {
                put(peer, route, present.get());
            }
        } catch (RtnetlinkException e) {
            remove(peer, route);
            sayOnce(peer, route, e.getMessage());
        }
    }

    /** The route that is to be copied: one that no rule of an administrator decides about, to another host. */
    private Optional<Ipv4Route> copyable(Inet4Address peer, PeerRoute route) throws RtnetlinkException {
        Ipv4Route present = Ipv4Route.lookUp(socket, route.local, peer);
        boolean isMain = present.table() == Ipv4Route.RT_TABLE_MAIN || present.table() == Ipv4Route.RT_TABLE_DEFAULT;
        if (present.type() == Ipv4Route.RTN_UNICAST && !isMain) {
            sayOnce(peer, route, "a routing rule decides about it, table " + present.table());
        }
        return Optional.of(present).filter(each -> each.type() == Ipv4Route.RTN_UNICAST && isMain);
    }

    private void put(Inet4Address peer, PeerRoute route, Ipv4Route present) throws RtnetlinkException {
        present.putWithQuickack(socket, peer, rule.table(), PROTOCOL);
        route.copied = present;
        if (!isTaken(peer, route)) {
            route.isOverruled = true;
            remove(peer, route);
            sayOnce(peer, route, "another routing rule decides about port " + rule.fromPort());
        }
    }

    /** The kernel takes our routes out when a device goes. */
    private boolean isInPlace(Inet4Address peer, PeerRoute route, Ipv4Route present) throws RtnetlinkException {
        return route.copied != null && present.isSameWayAs(route.copied) && isTaken(peer, route);
    }

    private boolean isTaken(Inet4Address peer, PeerRoute route) throws RtnetlinkException {
        return Ipv4Route.lookUp(socket, route.local, rule.fromPort(), peer).table() == rule.table();
    }

    private void remove(Inet4Address peer, PeerRoute route) {
        if (route.copied == null) {
            return;
        }
        route.copied = null;
        try {
            Ipv4Route.remove(socket, peer, rule.table(), PROTOCOL);
        } catch (RtnetlinkException e) {
            sayOnce(peer, route, e.getMessage());
        }
    }

    private static void sayOnce(Inet4Address peer, PeerRoute route, String reason) {
        if (!route.isSaid) {
            route.isSaid = true;
            LOG.log(
                    Level.INFO,
                    "tunnels from " + peer.getHostAddress() + " are acknowledged when this program gets to read them: "
                            + reason);
        }
    }

    @Override
    public void close() {
        try {
            rule.remove(socket);
            Ipv4Route.removeAll(socket, rule.table(), PROTOCOL);
        } catch (RtnetlinkException e) {
            LOG.log(
                    Level.WARNING,
                    "what was done to the routes is not undone: " + e.getMessage() + "; do: ip rule del pref "
                            + PRIORITY + " proto " + PROTOCOL);
        } finally {
            socket.close();
        }
    }
}
