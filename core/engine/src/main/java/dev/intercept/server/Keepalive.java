package dev.intercept.server;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;

/**
 * TCP keep-alive of the tunnels, tcp(7): after how long a silent peer is asked whether it is there, and when it is given up. It also
 * keeps a firewall in between from forgetting the connection.
 *
 * @param idleS seconds of silence before the first probe; 0 for no keep-alive
 * @param intervalS seconds between two probes
 * @param probes without an answer after which the connection is lost
 */
public record Keepalive(int idleS, int intervalS, int probes) {

    /** A dead peer is noticed after 120 s. */
    public static final Keepalive DEFAULT = new Keepalive(60, 20, 3);

    public static final Keepalive OFF = new Keepalive(0, 0, 0);

    void applyTo(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, idleS > 0);
        if (idleS > 0) {
            set(channel, ExtendedSocketOptions.TCP_KEEPIDLE, idleS);
            set(channel, ExtendedSocketOptions.TCP_KEEPINTERVAL, intervalS);
            set(channel, ExtendedSocketOptions.TCP_KEEPCOUNT, probes);
        }
    }

    /** A runtime without these options leaves the system's defaults. */
    private static void set(SocketChannel channel, SocketOption<Integer> option, int value) throws IOException {
        if (channel.supportedOptions().contains(option)) {
            channel.setOption(option, value);
        }
    }
}
