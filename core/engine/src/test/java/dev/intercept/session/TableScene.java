package dev.intercept.session;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import java.nio.ByteBuffer;

/** A session table with a hash that is the same in each run, its clock moved by hand, and short words for what happens to it. */
final class TableScene {

    static final int CLIENT = PacketBuilder.address(TestNetwork.client(1));
    static final int TARGET = PacketBuilder.address(TestNetwork.TARGET);
    static final int TARGET_PORT = 8080;

    final Counters server = new Counters();
    final Counters lane = new Counters();
    final SessionTable table;
    int nowS = 1000;

    TableScene() {
        this(SessionLimits.DEFAULTS);
    }

    TableScene(SessionLimits limits) {
        table = new SessionTable(limits, server, new SessionHash(1, 2));
    }

    void add(int clientPort, Outlet tunnel) {
        table.add(CLIENT, clientPort, TARGET, TARGET_PORT, tunnel, nowS);
    }

    void addAnyTarget(int clientPort, Outlet tunnel) {
        table.add(CLIENT, clientPort, 0, 0, tunnel, nowS);
    }

    boolean delete(int clientPort, Outlet tunnel) {
        return table.remove(CLIENT, clientPort, TARGET, TARGET_PORT, tunnel);
    }

    Outlet find(int clientPort) {
        return find(clientPort, TARGET_PORT);
    }

    Outlet find(int clientPort, int targetPort) {
        return table.find(CLIENT, clientPort, TARGET, targetPort, nowS);
    }

    /** A SYN/ACK to the client's port, with this sequence number. */
    Outlet synAck(int clientPort, int sequence) {
        return synAck(clientPort, TARGET_PORT, sequence);
    }

    Outlet synAck(int clientPort, int targetPort, int sequence) {
        return park(synAck().from(TestNetwork.TARGET, targetPort)
                .to(TestNetwork.client(1), clientPort)
                .sequence(sequence));
    }

    static PacketBuilder synAck() {
        return new PacketBuilder().flags(PacketBuilder.SYN | PacketBuilder.ACK);
    }

    Outlet park(PacketBuilder packet) {
        return table.findOrPark(wrap(packet.toBuffer()), nowS, lane);
    }

    static ResponsePacket wrap(ByteBuffer bytes) {
        ResponsePacket response = new ResponsePacket();
        response.wrap(bytes);
        return response;
    }

    void pass(int seconds) {
        nowS += seconds;
    }

    /** As often as it takes to see every slot of the table. */
    void expireAll() {
        for (int call = 0; call < 50; call++) {
            table.expire(nowS);
        }
    }

    long server(Counter counter) {
        return server.get(counter);
    }

    long lane(Counter counter) {
        return lane.get(counter);
    }
}
