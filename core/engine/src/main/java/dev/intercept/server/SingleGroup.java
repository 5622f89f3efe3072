package dev.intercept.server;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.session.Outlet;
import dev.intercept.session.UnroutedResponses;
import dev.intercept.tcpcopy.SingleSpread;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The tunnels of the one tcpcopy that was built with {@code --single}: it sends no ADD, and expects each session's responses
 * on the connection that the session's addresses select.
 *
 * <p>The connections that are accepted within three seconds of the first are a group, in the order of accept. A connection
 * after that begins a new group, which takes over: the client was restarted. When all of it have ended, the group before
 * has the responses again. A connection is of no group before it was recognised, so that a port scanner takes over nothing.
 *
 * <p>Thread rule: any thread asks, the server thread changes.
 */
final class SingleGroup implements UnroutedResponses {

    static final long GROUP_NS = 3_000_000_000L;

    /** @param begunNs when the first of its group was accepted */
    private record Member(Tunnel tunnel, long begunNs) {}

    /** Of all groups, in the order of accept. */
    private final List<Member> members = new ArrayList<>();

    /** The latest group. */
    private volatile Tunnel[] tunnels = {};

    @Override
    public @Nullable Outlet outletFor(ResponsePacket response) {
        Tunnel[] group = tunnels;
        return group.length == 0
                ? null
                : group[
                        SingleSpread.tunnelOf(
                                response.destinationAddress(),
                                response.destinationPort(),
                                response.sourceAddress(),
                                response.sourcePort(),
                                group.length)];
    }

    void opened(Tunnel tunnel, long acceptedNs) {
        boolean isOfLatest = !members.isEmpty() && Math.abs(acceptedNs - latestBegunNs()) <= GROUP_NS;
        members.add(new Member(tunnel, isOfLatest ? latestBegunNs() : acceptedNs));
        members.sort(Comparator.comparingInt(member -> member.tunnel.number()));
        publish();
    }

    /** When the first of the tunnel's group was accepted; empty for one of no group. Given to {@link #opened}, in the order of accept, it makes that group again. */
    OptionalLong begunNs(Tunnel tunnel) {
        return members.stream()
                .filter(member -> member.tunnel == tunnel)
                .mapToLong(Member::begunNs)
                .findFirst();
    }

    void closed(Tunnel tunnel) {
        if (members.removeIf(member -> member.tunnel == tunnel)) {
            publish();
        }
    }

    private long latestBegunNs() {
        return members.get(members.size() - 1).begunNs;
    }

    private void publish() {
        tunnels = members.stream()
                .filter(member -> member.begunNs == latestBegunNs())
                .map(Member::tunnel)
                .toArray(Tunnel[]::new);
    }
}
