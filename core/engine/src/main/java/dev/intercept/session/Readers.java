package dev.intercept.session;

/** The clients, as a packet source that can wait for them sees them. Any thread. */
public interface Readers {

    /** For a source that waits for nobody. */
    Readers NONE = new Readers() {
        @Override
        public long routes() {
            return 0;
        }

        @Override
        public boolean areConnected() {
            return false;
        }

        @Override
        public int longestBacklogBytes() {
            return 0;
        }

        @Override
        public String taken() {
            return "";
        }
    };

    /** How many times clients said so far that they want responses. */
    long routes();

    /** Whether any client is connected that was recognised. */
    boolean areConnected();

    /** What waits for the socket that takes its bytes slowest. */
    int longestBacklogBytes();

    /** How many headers each connected client was sent, for the log. */
    String taken();
}
