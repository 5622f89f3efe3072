package dev.intercept.tcpcopy;

/** What a buffer asks before it takes memory for messages that a socket does not take. */
public interface BacklogBudget {

    /** As much as is asked for. */
    BacklogBudget UNLIMITED = new BacklogBudget() {
        @Override
        public boolean take(int bytes) {
            return true;
        }

        @Override
        public void give(int bytes) {
            // Nothing is kept count of.
        }
    };

    /** @return false when so much is not left; then nothing was taken */
    boolean take(int bytes);

    /** Gives back what was taken. */
    void give(int bytes);
}
