package dev.intercept.nfnetlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.netlink.DatagramVector;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Two sockets that talk to each other, as any user may. */
class NetlinkSocketTest {

    private static final int NETLINK_USERSOCK = 2;
    private static final int WAIT_MS = 60_000;

    private final JnaSystemCalls calls = new JnaSystemCalls();

    @Test
    void shouldReceiveInOneCallWhatWasSentInSeveral() throws Exception {
        try (NetlinkSocket from = new NetlinkSocket(calls, NETLINK_USERSOCK);
                NetlinkSocket to = new NetlinkSocket(calls, NETLINK_USERSOCK)) {
            from.connect(to.portId());
            DatagramVector sent = new DatagramVector(calls, 1, 64);
            for (int bytes = 16; bytes <= 48; bytes += 16) {
                sent.data().putInt(0, bytes);
                assertEquals(bytes, from.send(sent, bytes));
            }
            DatagramVector received = new DatagramVector(calls, 8, 64);
            assertEquals(2, to.receive(received, 2), "no more than the limit");
            assertEquals(16, received.length(0));
            assertEquals(32, received.data().getInt(received.offset(1)));
            assertEquals(1, to.receive(received, 8));
            assertEquals(48, received.length(0));
            assertEquals(0, to.receive(received, 8), "nothing waits");
        }
    }

    @Test
    void shouldWaitForADatagramOrForBeingWoken() throws Exception {
        try (NetlinkSocket socket = new NetlinkSocket(calls, NETLINK_USERSOCK)) {
            assertEquals(0, socket.await(0));
            Thread waker = new Thread(socket::wake);
            waker.start();
            assertTrue(socket.await(WAIT_MS) > 0);
            assertTrue(socket.await(0) > 0, "it stays woken");
            waker.join();
        }
    }

    @Test
    void shouldLeaveNothingOpen() throws Exception {
        try (NetlinkSocket warmUp = new NetlinkSocket(calls, NETLINK_USERSOCK)) {
            warmUp.wake();
        }
        long before = openDescriptors();
        new NetlinkSocket(calls, NETLINK_USERSOCK).close();
        assertTrue(NetlinkProbe.unavailabilityCause().isEmpty());
        assertEquals(before, openDescriptors());
    }

    private static long openDescriptors() throws Exception {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(NetlinkSocketTest::isOfASocket).count();
        }
    }

    /** Files that the JVM opens meanwhile do not count. */
    private static boolean isOfASocket(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("socket:") || target.startsWith("anon_inode:");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void shouldNameTheCallThatFailed() {
        SystemCallException failed =
                assertThrows(SystemCallException.class, () -> new NetlinkSocket(calls, 31).close());
        assertEquals("socket(AF_NETLINK, SOCK_RAW, 31) failed: EPROTONOSUPPORT (93)", failed.getMessage());
        assertEquals(Errno.EPROTONOSUPPORT, failed.errno());
    }
}
