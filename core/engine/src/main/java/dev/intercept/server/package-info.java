/** The TCP server that tcpcopy connects to: it reads client records into sessions and writes headers to tunnels. */
@NullMarked
package dev.intercept.server;

import org.jspecify.annotations.NullMarked;
