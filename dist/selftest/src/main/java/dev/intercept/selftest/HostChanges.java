package dev.intercept.selftest;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a selftest changes in its network namespace, and how it is changed back. A private namespace ends with all that is in it, so
 * nothing is changed back there; in the host's own everything is, also when a signal stops the program.
 *
 * <p>Thread rule: one thread makes changes; whichever ends the program changes them back.
 */
final class HostChanges implements AutoCloseable {

    /** One way back. */
    interface Undo {
        void run() throws Exception;
    }

    private final boolean isPrivate;
    private final Deque<Undo> ways = new ArrayDeque<>();
    private final Thread atExit = new Thread(this::changeBack, "selftest changes back");

    private HostChanges(boolean isPrivate) {
        this.isPrivate = isPrivate;
    }

    static HostChanges inPrivate() {
        return new HostChanges(true);
    }

    static HostChanges onThisHost() {
        HostChanges changes = new HostChanges(false);
        Runtime.getRuntime().addShutdownHook(changes.atExit);
        return changes;
    }

    boolean isPrivate() {
        return isPrivate;
    }

    /** Before the change is made: what is not there is not removed. */
    synchronized void onEnd(Undo undo) {
        if (!isPrivate) {
            ways.push(undo);
        }
    }

    private synchronized void changeBack() {
        while (!ways.isEmpty()) {
            try {
                ways.pop().run();
            } catch (Exception e) { // The others are changed back all the same.
                System.err.println("intercept selftest: not changed back: " + e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        changeBack();
        if (!isPrivate) {
            try {
                Runtime.getRuntime().removeShutdownHook(atExit);
            } catch (IllegalStateException e) {
                return; // The program is ending already.
            }
        }
    }
}
