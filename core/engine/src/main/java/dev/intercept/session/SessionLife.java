package dev.intercept.session;

/**
 * How long a session lives that nothing touches.
 *
 * @param routeTimeoutS once a response was seen
 * @param unansweredTimeoutS before
 */
record SessionLife(int routeTimeoutS, int unansweredTimeoutS) {

    boolean isOver(long state, int nowS) {
        return nowS - SessionState.touchedS(state) >= timeoutS(state);
    }

    private int timeoutS(long state) {
        return (state & SessionState.RESPONSE_SEEN) != 0 ? routeTimeoutS : unansweredTimeoutS;
    }
}
