package dev.intercept.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.SystemCallException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** As before Linux 5.11: a map that exceeds the limit of locked memory is refused, on a kernel that counts it otherwise. */
class LockedMemoryTest {

    private static final long SOFT = 8 << 20;
    private static final long NEEDED = 16 << 20;

    /** A kernel that charges, and the limits of a process. */
    private static final class ChargingCalls extends Libc {

        private final boolean isPrivileged;
        private final long[] limits;

        ChargingCalls(boolean isPrivileged, long soft, long hard) {
            this.isPrivileged = isPrivileged;
            limits = new long[] {soft, hard};
        }

        @Override
        NativeLong syscall(NativeLong number, NativeLong a, Pointer b, NativeLong c) {
            if (Long.compareUnsigned(limits[0], NEEDED) >= 0) {
                return super.syscall(number, a, b, c);
            }
            Native.setLastError(Errno.EPERM);
            return new NativeLong(-1);
        }

        @Override
        int getrlimit(int resource, long[] into) {
            assertEquals(LockedMemory.RLIMIT_MEMLOCK, resource);
            System.arraycopy(limits, 0, into, 0, 2);
            return 0;
        }

        @Override
        int setrlimit(int resource, long[] wanted) {
            assertEquals(LockedMemory.RLIMIT_MEMLOCK, resource);
            if (!isPrivileged && Long.compareUnsigned(wanted[1], limits[1]) > 0) {
                return -1;
            }
            System.arraycopy(wanted, 0, limits, 0, 2);
            return 0;
        }
    }

    private static void makeMap(ChargingCalls calls) throws SystemCallException {
        Libc.calls = calls;
        BpfMap.mappable("ic_memory", 64).close();
    }

    @AfterEach
    void takeTheRealCallsAgain() {
        Libc.calls = new Libc();
    }

    @Test
    void shouldRaiseTheLimitAndMakeTheMap() throws Exception {
        ChargingCalls calls = new ChargingCalls(true, SOFT, SOFT);
        makeMap(calls);
        assertArrayEquals(new long[] {LockedMemory.RLIM_INFINITY, LockedMemory.RLIM_INFINITY}, calls.limits);
    }

    @Test
    void shouldRaiseItToTheHardLimitWithoutThePrivilege() throws Exception {
        ChargingCalls calls = new ChargingCalls(false, SOFT, 2 * NEEDED);
        makeMap(calls);
        assertArrayEquals(new long[] {2 * NEEDED, 2 * NEEDED}, calls.limits);
    }

    @Test
    void shouldSayThatTheKernelRefusesItWhereTheLimitCannotBeRaised() {
        SystemCallException e =
                assertThrows(SystemCallException.class, () -> makeMap(new ChargingCalls(false, SOFT, SOFT)));
        assertEquals(Errno.EPERM, e.errno());
    }
}
