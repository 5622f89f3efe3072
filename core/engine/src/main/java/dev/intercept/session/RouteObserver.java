package dev.intercept.session;

/** Called by one thread at a time, with a segment's lock held, when a session gets its route and when it ends. */
@FunctionalInterface
public interface RouteObserver {

    /** Nobody asked. */
    RouteObserver NOBODY = (clientAddress, clientPort, targetAddress, targetPort, isThere) -> {};

    /** @param targetAddress 0 where the route is to any, as {@code targetPort} is */
    void onRoute(int clientAddress, int clientPort, int targetAddress, int targetPort, boolean isThere);
}
