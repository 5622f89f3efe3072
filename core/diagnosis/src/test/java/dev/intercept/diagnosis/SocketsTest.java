package dev.intercept.diagnosis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SocketsTest {

    /** Port 36524 is 0x8EAC. The first socket is established (01), the second listens (0A). */
    private static final String TCP6 = """
              sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 00000000000000000000000000000000:8EAC 00000000000000000000000000000001:1234 01 00000000:00000000 00:00000000 00000000     0        0 111 1 0 100 0 0 10 0
               1: 00000000000000000000000000000000:8EAC 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1 0 100 0 0 10 0
            """;

    private final TextHost proc = new TextHost()
            .file("/proc/thread-self/net/tcp6", TCP6)
            .file("/proc/20/comm", "listener")
            .link("/proc/10/fd/4", "socket:[111]")
            .link("/proc/20/fd/3", "pipe:[333]")
            .link("/proc/20/fd/4", "socket:[222]");

    @Test
    void shouldFindThisProcessOnAPortItListensOn() throws IOException {
        Sockets sockets = new Sockets(new LocalHost());
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String inode = sockets.listeningOn(socket.getLocalPort()).orElseThrow();
            assertEquals(ProcessHandle.current().pid(), sockets.holder(inode).orElseThrow());
        }
    }

    @Test
    void shouldFindNobodyOnAPortThatWasClosed() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        assertEquals(Optional.empty(), new Sockets(new LocalHost()).listeningOn(port));
    }

    @Test
    void shouldNameTheListenerNotWhoIsConnected() {
        assertEquals(Optional.of("222"), new Sockets(proc).listeningOn(36524));
        assertEquals(OptionalLong.of(20), new Sockets(proc).holder("222"));
        assertEquals("process 20 (listener)", new Processes(proc).describe(20));
    }

    @Test
    void shouldCallOurOwnProgramByItsNameNotJava() {
        proc.file("/proc/20/cmdline", "java\0-cp\0x.jar\0dev.intercept.cli.Main\0-d\0");
        assertEquals("process 20 (intercept)", new Processes(proc).describe(20));
    }

    @Test
    void shouldFindNobodyWhenTheProcessIsHidden() {
        assertEquals(OptionalLong.empty(), new Sockets(proc).holder("444"));
        assertEquals("process 21", new Processes(proc).describe(21));
    }

    @Test
    void shouldNotMistakeOnePortForAnotherThatEndsAlike() {
        assertEquals(Optional.empty(), new Sockets(proc).listeningOn(0xEAC));
    }
}
