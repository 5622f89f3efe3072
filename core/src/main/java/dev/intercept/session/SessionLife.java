package dev.intercept.session;

/**
 * How long a session lives that nothing touches.
 *
 * @param routeTimeoutS once a response was seen
 * @param unansweredTimeoutS before
 */
record SessionLife(int routeTimeoutS, int unansweredTimeoutS) {

    /** Seconds since the session was touched; below 0 when another thread's clock was read later than this one's. */
    static int idleS(long state, int nowS) {
        return nowS - SessionState.touchedS(state);
    }

    boolean isOver(long state, int nowS) {
        int timeoutS = (state & SessionState.RESPONSE_SEEN) != 0 ? routeTimeoutS : unansweredTimeoutS;
        return idleS(state, nowS) >= timeoutS;
    }
}
