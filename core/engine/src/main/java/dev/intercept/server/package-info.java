/** The TCP server that tcpcopy connects to: it reads client records into sessions and writes headers to tunnels. */
package dev.intercept.server;
