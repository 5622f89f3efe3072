package dev.intercept.session;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import java.util.ArrayList;
import java.util.List;

/** A tunnel that keeps what it is given, as {@code "forward SEQ"} and {@code "flush"}, and the bytes of each header. */
final class RecordingOutlet implements Outlet {

    private static final int TCP_SEQUENCE_OFFSET = 4;

    final List<String> calls = new ArrayList<>();
    final List<byte[]> headers = new ArrayList<>();
    boolean full;
    int owner;

    @Override
    public boolean forward(ResponsePacket response) {
        if (full) {
            return false;
        }
        byte[] header = new byte[response.capturedBytes()];
        response.buffer().get(response.offset(), header);
        headers.add(header);
        int sequenceAt = response.offset() + response.ipHeaderBytes() + TCP_SEQUENCE_OFFSET;
        calls.add("forward " + response.buffer().getInt(sequenceAt));
        return true;
    }

    @Override
    public void flush(Counters counters) {
        calls.add("flush");
        counters.increment(Counter.SOCKET_WRITES);
    }

    /** The sequence numbers of what was forwarded, in order. */
    List<Integer> sequences() {
        return calls.stream()
                .filter(call -> call.startsWith("forward "))
                .map(call -> Integer.valueOf(call.substring("forward ".length())))
                .toList();
    }

    @Override
    public int owner() {
        return owner;
    }
}
