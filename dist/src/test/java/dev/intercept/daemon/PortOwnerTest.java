package dev.intercept.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortOwnerTest {

    @TempDir
    Path proc;

    @Test
    void shouldFindThisProcessOnAPortItListensOn() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String owner = new PortOwner().describe(socket.getLocalPort()).orElseThrow();
            assertTrue(owner.startsWith("process " + ProcessHandle.current().pid() + " ("), owner);
        }
    }

    @Test
    void shouldFindNobodyOnAPortThatWasClosed() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        assertEquals(Optional.empty(), new PortOwner().describe(port));
    }

    /** Port 36524 is 0x8EAC. The first socket is established (01), the second listens (0A). */
    private void fakeProc() throws IOException {
        Files.createDirectories(proc.resolve("net"));
        Files.writeString(proc.resolve("net/tcp6"), """
                  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
                   0: 00000000000000000000000000000000:8EAC 00000000000000000000000000000001:1234 01 00000000:00000000 00:00000000 00000000     0        0 111 1 0 100 0 0 10 0
                   1: 00000000000000000000000000000000:8EAC 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1 0 100 0 0 10 0
                """);
        process(10, "established", 111);
        process(20, "listener", 222);
    }

    private void process(int pid, String name, int inode) throws IOException {
        Path process = Files.createDirectories(proc.resolve(pid + "/fd")).getParent();
        Files.writeString(process.resolve("comm"), name + "\n");
        Files.createSymbolicLink(process.resolve("fd/3"), Path.of("pipe:[333]"));
        Files.createSymbolicLink(process.resolve("fd/4"), Path.of("socket:[" + inode + "]"));
    }

    @Test
    void shouldNameTheListenerNotWhoIsConnected() throws IOException {
        fakeProc();
        assertEquals(Optional.of("process 20 (listener)"), new PortOwner(proc).describe(36524));
    }

    @Test
    void shouldCallOurOwnProgramByItsNameNotJava() throws IOException {
        fakeProc();
        Files.writeString(proc.resolve("20/cmdline"), "java\0-cp\0x.jar\0dev.intercept.cli.Main\0-d\0");
        assertEquals(Optional.of("process 20 (intercept)"), new PortOwner(proc).describe(36524));
    }

    @Test
    void shouldFindNobodyWhenTheProcessIsHidden() throws IOException {
        fakeProc();
        Files.delete(proc.resolve("20/fd/4"));
        assertEquals(Optional.empty(), new PortOwner(proc).describe(36524));
    }

    @Test
    void shouldNotMistakeOnePortForAnotherThatEndsAlike() throws IOException {
        fakeProc();
        assertEquals(Optional.empty(), new PortOwner(proc).describe(0xEAC));
    }
}
