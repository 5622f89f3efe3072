package dev.intercept.cli;

import dev.intercept.server.Keepalive;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where tcpcopy connects to, and what its tunnels may use. */
final class ListenOptions {

    @Option(
            names = {"-b", "--bind"},
            paramLabel = "IP",
            converter = IpAddress.class,
            description = "IP address to listen on (default: all)")
    @Nullable
    InetAddress bind;

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            converter = WholeNumber.Port.class,
            defaultValue = "36524",
            description = "TCP port to listen on (default: ${DEFAULT-VALUE})")
    int port;

    @Option(
            names = "--allow",
            paramLabel = "CIDR[,CIDR...]",
            converter = Networks.class,
            description = "who may connect (default: everyone)")
    Networks allow = new Networks();

    @Option(
            names = "--max-tunnels",
            paramLabel = "N",
            converter = WholeNumber.Tunnels.class,
            defaultValue = "1024",
            description =
                    "connections at most; beyond, one that never sent anything is closed (default: ${DEFAULT-VALUE})")
    int maxTunnels;

    @Option(
            names = "--tunnel-buffer",
            paramLabel = "SIZE",
            converter = ByteSize.class,
            defaultValue = "4M",
            description = "what may wait for one tcpcopy, in bytes, K or M; beyond, messages are dropped and counted "
                    + "(default: ${DEFAULT-VALUE})")
    int tunnelBufferBytes;

    @Option(
            names = "--keepalive",
            paramLabel = "SEC[/SEC/N]",
            converter = KeepaliveTimes.class,
            defaultValue = "60/20/3",
            description =
                    "ask a silent tcpcopy after SEC whether it is there, then every SEC, and give it up after N; or off "
                            + "(default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init") // It has a default.
    Keepalive keepalive;

    @Option(
            names = "--quickack",
            paramLabel = "HOW",
            converter = OneOf.QuickackMeans.class,
            defaultValue = "route",
            description =
                    "what has the kernel acknowledge a tcpcopy's records at once: route, a route to its host that only "
                            + "this port's traffic takes, or off (default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init") // It has a default.
    Quickack quickack;

    /** See {@code --quickack}. */
    enum Quickack {
        ROUTE,
        OFF
    }
}
