package dev.intercept.server;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.session.Outlet;
import dev.intercept.session.UnroutedResponses;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The server's turn, and the reading of records by a capture thread that has it: on a busy machine that one may run some ms before the
 * server thread does, and the record of the session whose handshake it holds has come by then.
 *
 * <p>Thread rule: {@link #outletFor} and {@link #readRecords} by any thread; the rest with the turn.
 */
final class ReadAhead implements UnroutedResponses {

    /** Of one connection, 146 records of 14 bytes. */
    private static final int READ_BYTES = 2 * 1024;

    /** Of all, so that clients that announce much delay a batch by some 100 µs. */
    private static final int MOST_BYTES = 8 * 1024;

    /** System calls at most. */
    private static final int MOST_READS = 32;

    private final UnroutedResponses unasked;
    private final ReentrantLock turn = new ReentrantLock();
    private final List<ClientConnection> connections = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
    private int latest;

    /** @param unasked who gets responses that no client announced */
    ReadAhead(UnroutedResponses unasked) {
        this.unasked = unasked;
    }

    /** Unless this thread has it, waits for the one that does; to be followed by {@link #endTurn}. */
    void takeTurn() {
        if (!turn.isHeldByCurrentThread()) {
            turn.lock();
        }
    }

    /** Of this thread, where it has the turn. */
    void endTurn() {
        if (turn.isHeldByCurrentThread()) {
            turn.unlock();
        }
    }

    /** Does the work with the turn. */
    void inTurn(Runnable work) {
        takeTurn();
        try {
            work.run();
        } finally {
            endTurn();
        }
    }

    void add(ClientConnection connection) {
        connections.add(connection);
    }

    void remove(ClientConnection connection) {
        connections.remove(connection);
    }

    @Override
    public @Nullable Outlet outletFor(ResponsePacket response) {
        return unasked.outletFor(response);
    }

    /** Unless another thread has the turn or waits for it, which then reads: the server thread never waits for more than one of these. */
    @Override
    public void readRecords() {
        if (!turn.hasQueuedThreads() && turn.tryLock()) {
            try {
                readSome();
            } finally {
                turn.unlock();
            }
        }
    }

    /** Begins where it left off, so that none is left out for the sake of others. */
    private void readSome() {
        int bytes = 0;
        int reads = 0;
        for (int i = connections.size(); i > 0 && reads < MOST_READS && bytes < MOST_BYTES; i--) {
            latest = (latest + 1) % connections.size();
            ClientConnection connection = connections.get(latest);
            if (connection.mayReadAhead()) {
                bytes += connection.readAhead(buffer);
                reads++;
            }
        }
    }
}
