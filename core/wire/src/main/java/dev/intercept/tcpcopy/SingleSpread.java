package dev.intercept.tcpcopy;

/** Which of a client's tunnels takes a response when the client was built with {@code --single} and sends no ADD. */
public final class SingleSpread {

    private SingleSpread() {}

    /**
     * @param tunnels how many tunnels the client has, at least 1
     * @return index of the tunnel in the order of accept; the same for all packets of a session
     */
    public static int tunnelOf(int clientAddress, int clientPort, int targetAddress, int targetPort, int tunnels) {
        int key = (clientAddress >>> 24) + (clientPort >>> 8) + (targetAddress >>> 24) + (targetPort >>> 8);
        return (key & 0xff) % tunnels;
    }
}
