package dev.intercept.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.server.Peer;
import dev.intercept.spi.Verdict;
import dev.intercept.stats.Counter;
import dev.intercept.tcpcopy.ClientDecoder;
import dev.intercept.tcpcopy.ClientRecords;
import dev.intercept.tcpcopy.ProtocolException;
import dev.intercept.tcpcopy.Recording;
import dev.intercept.tcpcopy.TunnelFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Plays one recording against a running server, event by event: a client's bytes through real sockets, the responses through
 * the interceptor. After a client's bytes it goes on when the server has done what they ask for, as the server's socket and
 * its queue are two ways of which neither waits for the other.
 */
final class Replay implements ClientRecords, AutoCloseable {

    private final RunningServer running;
    private final Recording recording;
    private final Iterator<Recording.Event> events;
    private final List<Peer> tunnels = new ArrayList<>();
    private final List<ClientDecoder> decoders = new ArrayList<>();
    private long openedWanted;
    private long addsWanted;
    private long deletesWanted;

    Replay(RunningServer running, Recording recording) throws IOException {
        this(running, recording, "127.0.0.1");
    }

    /** @param from the address that the client has: any of 127.0.0.0/8 */
    Replay(RunningServer running, Recording recording, String from) throws IOException {
        this.running = running;
        this.recording = recording;
        events = recording.events.iterator();
        for (int tunnel = 0; tunnel < recording.tunnels(); tunnel++) {
            int open = running.server.tunnels().size();
            tunnels.add(new Peer(running.address(), from));
            decoders.add(new ClientDecoder(recording.options));
            running.await("the tunnel", () -> running.server.tunnels().size() == open + 1);
        }
    }

    boolean hasNext() {
        return events.hasNext();
    }

    /** Plays the next event. Another replay may play one before this one's next. */
    Recording.Event next() throws IOException, ProtocolException {
        Recording.Event event = events.next();
        switch (event.kind()) {
            case "c2s" -> send(event);
            case "response" -> assertEquals(Verdict.DROP, running.onPacket(recording.responses.get(event.offset())));
            default -> running.endOfBatch();
        }
        return event;
    }

    private void send(Recording.Event event) throws IOException, ProtocolException {
        byte[] stream = recording.fromClient.get(event.tunnel());
        openedWanted = opened();
        addsWanted = running.count(Counter.ROUTES_ADDED);
        deletesWanted = running.count(Counter.ROUTES_DELETED);
        decoders.get(event.tunnel()).decode(ByteBuffer.wrap(stream, event.offset(), event.length()), this);
        tunnels.get(event.tunnel()).send(Arrays.copyOfRange(stream, event.offset(), event.offset() + event.length()));
        running.await(
                "the records of " + event,
                () -> opened() == openedWanted
                        && running.count(Counter.ROUTES_ADDED) == addsWanted
                        && running.count(Counter.ROUTES_DELETED) == deletesWanted);
    }

    private long opened() {
        return running.lines(": tcpcopy ").size(); // Logged once the server has done all that an opening asks for.
    }

    /** To be asked once the server was stopped: the tunnels' streams to their ends. */
    Comparison compare() throws IOException {
        int equal = 0;
        int recorded = 0;
        int sent = 0;
        for (int tunnel = 0; tunnel < recording.tunnels(); tunnel++) {
            int batchLimit = decoders.get(tunnel).format().batchLimit();
            List<String> want = recording.messages(recording.fromServer.get(tunnel), batchLimit);
            List<String> got = recording.messages(
                    tunnels.get(tunnel).socket.getInputStream().readAllBytes(), batchLimit);
            recorded += want.size();
            sent += got.size();
            equal += (int) IntStream.range(0, Math.min(want.size(), got.size()))
                    .filter(i -> want.get(i).equals(got.get(i)))
                    .count();
        }
        return new Comparison(recording.name, recorded, sent, equal);
    }

    /** How many messages were recorded, were sent now, and are the same in the same place. */
    record Comparison(String name, int recorded, int sent, int equal) {

        boolean isEqual() {
            return recorded > 0 && equal == recorded && sent == recorded;
        }

        @Override
        public String toString() {
            return name + ": " + equal + " of " + recorded + " frames equal"
                    + (sent == recorded ? "" : ", but " + sent + " were sent");
        }
    }

    @Override
    public void opened(TunnelFormat format) {
        openedWanted++;
    }

    @Override
    public void add(int clientAddress, int clientPort, int targetAddress, int targetPort) {
        addsWanted++;
    }

    @Override
    public void delete(int clientAddress, int clientPort, int targetAddress, int targetPort) {
        deletesWanted++;
    }

    @Override
    public void close() throws IOException {
        for (Peer tunnel : tunnels) {
            tunnel.close();
        }
    }
}
