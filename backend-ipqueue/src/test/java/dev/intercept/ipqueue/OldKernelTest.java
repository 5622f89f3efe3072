package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.netlink.Errno;
import dev.intercept.netlink.NativeMemory;
import dev.intercept.netlink.SystemCalls;
import dev.intercept.spi.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What later kernels can do and 2.6.32 cannot is done without. */
class OldKernelTest {

    private static final int WAIT_MS = 60_000;
    private static final int PACKETS = 100;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int NETLINK_NO_ENOBUFS = 5;

    @TempDir
    Path proc;

    /** A kernel that counts what it is asked for, and lacks what a test says. */
    private static class OldKernel extends JnrSystemCalls {

        private final boolean hasRecvmmsg;
        private final boolean hasSendmmsg;
        int recvmsgs;
        int sendmsgs;

        OldKernel(boolean hasRecvmmsg, boolean hasSendmmsg) {
            this.hasRecvmmsg = hasRecvmmsg;
            this.hasSendmmsg = hasSendmmsg;
        }

        @Override
        public int recvmmsg(int fd, NativeMemory messages, int count, int flags) {
            return hasRecvmmsg ? super.recvmmsg(fd, messages, count, flags) : -Errno.ENOSYS;
        }

        @Override
        public int recvmsg(int fd, NativeMemory message, int flags) {
            recvmsgs++;
            return super.recvmsg(fd, message, flags);
        }

        @Override
        public int sendmmsg(int fd, NativeMemory messages, int count, int flags) {
            return hasSendmmsg ? super.sendmmsg(fd, messages, count, flags) : -Errno.ENOSYS;
        }

        @Override
        public int sendmsg(int fd, NativeMemory message, int flags) {
            sendmsgs++;
            return super.sendmsg(fd, message, flags);
        }
    }

    @Test
    void shouldReceiveOneByOneWithoutRecvmmsg() throws Exception {
        OldKernel calls = new OldKernel(false, true);
        judgeHundred(calls);
        assertTrue(calls.recvmsgs > PACKETS, calls.recvmsgs + " recvmsg");
    }

    @Test
    void shouldSendOneByOneWithoutSendmmsg() throws Exception {
        OldKernel calls = new OldKernel(true, false);
        judgeHundred(calls);
        assertTrue(calls.sendmsgs > PACKETS, calls.sendmsgs + " sendmsg");
    }

    @Test
    void shouldServeWithNoneOfTheLaterConveniences() throws Exception {
        judgeHundred(new OldKernel(false, false) {
            @Override
            public int setsockopt(int fd, int level, int name, NativeMemory value, int valueBytes) {
                return name == SO_RCVBUFFORCE
                        ? -Errno.EPERM
                        : name == NETLINK_NO_ENOBUFS
                                ? -Errno.ENOPROTOOPT
                                : super.setsockopt(fd, level, name, value, valueBytes);
            }
        });
    }

    @Test
    void shouldUseTheLaterCallsWhereTheyAreThere() throws Exception {
        OldKernel calls = new OldKernel(true, true);
        judgeHundred(calls);
        assertEquals(0, calls.recvmsgs);
        assertEquals(1, calls.sendmsgs, "the mode message");
    }

    /** Queues 100 packets, judges them on the poorer kernel, and looks at each verdict. */
    private void judgeHundred(SystemCalls calls) throws Exception {
        try (FakeKernel kernel = FakeKernel.start(0, proc);
                IpQueueBackend backend = IpQueueBackend.open(calls, kernel.endpoint(), 128)) {
            List<CompletableFuture<Integer>> verdicts = new ArrayList<>();
            for (int i = 0; i < PACKETS; i++) {
                verdicts.add(kernel.queue(Packets.numbered(i, 60)));
            }
            judgeAll(backend);
            for (int i = 0; i < PACKETS; i++) {
                assertEquals(i % 2, verdicts.get(i).get(WAIT_MS, TimeUnit.MILLISECONDS), "packet " + i);
            }
        }
    }

    private static void judgeAll(IpQueueBackend backend) throws Exception {
        int judged = 0;
        while (judged < PACKETS) {
            judged += backend.poll(
                    packet -> Packets.number(packet) % 2 == 1 ? Verdict.ACCEPT : Verdict.DROP, 64, WAIT_MS);
        }
        assertEquals(0, backend.poll(packet -> Verdict.DROP, 64, 0));
    }
}
