package dev.intercept.quickack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.TcpcopySender;
import dev.intercept.server.HostRoutes;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A tcpcopy on another host announces to a server that never reads, as if it never got a processor. */
class AcknowledgementTest {

    private static final String TARGET = "198.51.100.1";
    private static final int TARGET_NUMBER = 0xc633_6401;
    /** Less than the window of 65,535 bytes. */
    private static final int SESSIONS = 3000;

    private static final int MORE_THAN_THE_BUFFER_HOLDS = 30_000;
    private static final int SENDS_UNTIL_GIVEN_UP = 1024;

    private NetworkNamespace target;
    private NetworkNamespace online;

    @BeforeEach
    void connectTwoHosts() throws Exception {
        target = new NetworkNamespace();
        online = new NetworkNamespace();
        Process inside = online.call(() -> new ProcessBuilder("sleep", "infinity").start());
        try {
            target.exec("ip", "link", "add", "d0", "type", "veth", "peer", "name", "d1");
            target.exec("ip", "link", "set", "d1", "netns", Long.toString(inside.pid()));
        } finally {
            inside.destroy();
        }
        for (NetworkNamespace host : new NetworkNamespace[] {target, online}) {
            String device = host == target ? "d0" : "d1";
            host.exec("ip", "address", "add", host == target ? TARGET + "/24" : "198.51.100.2/24", "dev", device);
            host.exec("ip", "link", "set", device, "up");
        }
    }

    @AfterEach
    void close() {
        online.close();
        target.close();
    }

    /** Announces in one burst and returns how many sends found the buffer full. */
    private int announce(HostRoutes routes, ServerSocketChannel server) throws Exception {
        InetSocketAddress address =
                new InetSocketAddress(TARGET, server.socket().getLocalPort());
        try (TcpcopySender sender = online.call(() -> new TcpcopySender(address, 1));
                SocketChannel accepted = server.accept()) {
            InetSocketAddress peer = (InetSocketAddress) accepted.getRemoteAddress();
            routes.opened(((InetSocketAddress) accepted.getLocalAddress()).getAddress(), peer.getAddress());
            sender.announce(0, SESSIONS, TARGET_NUMBER, 8080);
            return sender.refused();
        }
    }

    /** Dual-stack, as intercept's own: its peers are IPv4 addresses in IPv6 ones to the kernel. */
    private ServerSocketChannel listen() throws Exception {
        return target.call(() -> ServerSocketChannel.open().bind(new InetSocketAddress(0)));
    }

    @Test
    void shouldBeAcknowledgedAtOnceByTheRoute() throws Exception {
        TcpcopySender.rehearse();
        try (ServerSocketChannel server = listen()) {
            InetSocketAddress listening = new InetSocketAddress(server.socket().getLocalPort());
            HostRoutes routes = target.call(() -> QuickackRoutes.of(listening));
            assertEquals(0, announce(routes, server));
            routes.close();
        }
    }

    /** What the other test would see without acknowledgements, whatever the kernel does to keep the buffer small. */
    @Test
    void shouldLoseItsTunnelWhenNothingIsAcknowledged() throws Exception {
        TcpcopySender.rehearse();
        try (ServerSocketChannel server = listen()) {
            InetSocketAddress address =
                    new InetSocketAddress(TARGET, server.socket().getLocalPort());
            try (TcpcopySender sender = online.call(() -> new TcpcopySender(address, 1));
                    SocketChannel accepted = server.accept()) {
                online.exec("iptables", "-A", "INPUT", "-i", "d1", "-j", "DROP");
                sender.announce(0, MORE_THAN_THE_BUFFER_HOLDS, TARGET_NUMBER, 8080);
                assertEquals(SENDS_UNTIL_GIVEN_UP, sender.refused());
                assertTrue(accepted.isOpen());
            }
        }
    }
}
