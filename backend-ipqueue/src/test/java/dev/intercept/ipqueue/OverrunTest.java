package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.netlink.NativeMemory;
import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.SystemCalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real socket whose receive buffer runs over: multicast overruns a reader as the kernel's packets do. */
class OverrunTest {

    private static final SystemCalls CALLS = new JnrSystemCalls();
    private static final int GROUP = 1;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_ADD_MEMBERSHIP = 1;
    private static final int TOO_MANY = 200;

    private final MessageCounters counters = new MessageCounters();
    private NetlinkSocket socket;
    private NetlinkSocket sender;

    @BeforeEach
    void open() throws Exception {
        sender = new NetlinkSocket(CALLS, FakeKernel.NETLINK_USERSOCK);
        socket = new NetlinkSocket(CALLS, FakeKernel.NETLINK_USERSOCK);
        socket.enlargeReceiveBuffer(2 * 8192);
        NativeMemory group = CALLS.allocate(Integer.BYTES);
        group.buffer().putInt(0, GROUP);
        assertEquals(0, CALLS.setsockopt(socket.fd(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group, Integer.BYTES));
    }

    @AfterEach
    void close() {
        socket.close();
        sender.close();
    }

    @Test
    void shouldCountAnOverrunAndReadWhatIsStillBuffered() throws Exception {
        flood();
        Inbox inbox = inbox();
        assertTrue(inbox.fetch(64) > 0, "ENOBUFS comes before the packets that were kept");
        assertEquals(1, socket.overruns());
        assertEquals(Inbox.Kind.PACKET, inbox.kind(0));
    }

    @Test
    void shouldSeeNoOverrunWhereTheKernelCanKeepItToItself() throws Exception {
        socket.refuseOverrunErrors();
        flood();
        assertTrue(inbox().fetch(64) > 0);
        assertEquals(0, socket.overruns());
    }

    private void flood() {
        DatagramIo io = new DatagramIo(sender.fd());
        for (int i = 0; i < TOO_MANY; i++) {
            io.send(0, 1 << (GROUP - 1), FakeMessages.packet(CALLS.wordSize(), i, Packets.numbered(i, 128), 128));
        }
    }

    private Inbox inbox() {
        return new Inbox(socket, 64, 128, counters);
    }
}
