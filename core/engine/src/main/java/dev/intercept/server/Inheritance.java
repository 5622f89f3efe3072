package dev.intercept.server;

import java.io.DataInput;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;

/**
 * What a server takes over of the one before: its {@link Legacy}, as it came through.
 *
 * @param listener the listening socket
 * @param tunnels of each connection, in the order in which {@code state} names them
 * @param state what {@link Legacy.State} wrote
 */
public record Inheritance(ServerSocketChannel listener, List<SocketChannel> tunnels, DataInput state) {}
