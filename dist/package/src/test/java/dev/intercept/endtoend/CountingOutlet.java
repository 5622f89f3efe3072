package dev.intercept.endtoend;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.session.Outlet;
import dev.intercept.stats.Counters;
import java.util.HashSet;
import java.util.Set;

/** A tunnel that remembers what it was given, and sends nothing. */
class CountingOutlet implements Outlet {

    final Set<Integer> sources = new HashSet<>();
    final Set<Integer> destinations = new HashSet<>();
    int headers;

    @Override
    public boolean forward(ResponsePacket response) {
        headers++;
        sources.add(response.sourceAddress());
        destinations.add(response.destinationAddress());
        return true;
    }

    @Override
    public void flush(Counters counters) {
        // Nothing is sent.
    }
}
