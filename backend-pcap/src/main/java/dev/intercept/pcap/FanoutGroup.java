package dev.intercept.pcap;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.intercept.spi.BackendException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The lanes of one device, among which the kernel divides its packets: PACKET_FANOUT, packet(7). By the hash of a packet's flow,
 * so that all packets of a session come to one lane, in their order.
 *
 * <pre>
 *   argument of the socket option     0  number of the group (2 bytes)     2  how to divide (1), flags (1)
 * </pre>
 *
 * <p>Thread rule: the first {@link #join} before all others; then any thread.
 */
final class FanoutGroup {

    private static final int SOL_PACKET = 263;
    private static final int PACKET_FANOUT = 18;
    private static final int BY_HASH = 0;

    /** The kernel, from 4.11 on, chooses a number that no other process has. */
    private static final int UNIQUE_ID = 0x2000 << 16;

    private static final int NUMBER_MASK = 0xffff;
    private static final int UNKNOWN = -1;

    private int number = UNKNOWN;

    /** @throws BackendException of kind REFUSED when the kernel does not let this socket in */
    synchronized void join(DeviceCalls calls, int fd, String device) throws BackendException {
        ByteBuffer value = ByteBuffer.allocateDirect(2 * Integer.BYTES).order(ByteOrder.nativeOrder());
        Pointer pointer = Native.getDirectBufferPointer(value);
        if (number == UNKNOWN && set(calls, fd, value.putInt(0, BY_HASH | UNIQUE_ID), pointer) == 0) {
            value.putInt(Integer.BYTES, Integer.BYTES);
            check(calls.getsockopt(fd, SOL_PACKET, PACKET_FANOUT, pointer, pointer.share(Integer.BYTES)), device);
            number = value.getInt(0) & NUMBER_MASK;
            return;
        }
        if (number == UNKNOWN) {
            number = (int) ProcessHandle.current().pid() & NUMBER_MASK;
        }
        check(set(calls, fd, value.putInt(0, number), pointer), device);
    }

    private static void check(int result, String device) throws BackendException {
        if (result < 0) {
            throw new BackendException(
                    BackendException.Kind.REFUSED,
                    "the packets of " + device + " cannot be divided among lanes (PACKET_FANOUT failed with errno "
                            + -result + "); leave " + PcapOptions.LANES + " out");
        }
    }

    private static int set(DeviceCalls calls, int fd, ByteBuffer value, Pointer pointer) {
        return calls.setsockopt(fd, SOL_PACKET, PACKET_FANOUT, pointer, Integer.BYTES);
    }
}
