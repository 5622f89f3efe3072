package dev.intercept.pcap;

import com.sun.jna.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Asks the kernel for the state of one network device: the ioctl SIOCGIFFLAGS, netdevice(7).
 *
 * <pre>
 *   struct ifreq, 40 bytes       0  ifr_name (16, ends with 0)       16  ifr_flags (2)
 * </pre>
 *
 * <p>Thread rule: one thread.
 */
final class DeviceFlags {

    private static final int NAME_BYTES = 16;
    private static final int FLAGS_OFFSET = 16;
    private static final int IFREQ_BYTES = 40;
    private static final long SIOCGIFFLAGS = 0x8913;
    private static final int IFF_UP = 0x1;

    private static final int ENODEV = 19;

    private final DeviceCalls calls;
    private final ByteBuffer ifreq = ByteBuffer.allocateDirect(IFREQ_BYTES).order(ByteOrder.nativeOrder());

    /** A name that is too long for a device is cut, and no device is found under it. */
    DeviceFlags(DeviceCalls calls, String device) {
        this.calls = calls;
        byte[] name = device.getBytes(StandardCharsets.UTF_8);
        ifreq.put(name, 0, Math.min(name.length, NAME_BYTES - 1));
    }

    /** In the network namespace of the calling thread. The pseudo device {@code any} is always gone. */
    DeviceState state() {
        int socket = calls.socket(Libc.AF_INET, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        if (socket < 0) {
            return DeviceState.UNKNOWN;
        }
        int result = calls.ioctl(socket, SIOCGIFFLAGS, Native.getDirectBufferPointer(ifreq));
        calls.close(socket);
        if (result != 0) {
            return result == -ENODEV ? DeviceState.GONE : DeviceState.UNKNOWN;
        }
        return (ifreq.getShort(FLAGS_OFFSET) & IFF_UP) != 0 ? DeviceState.UP : DeviceState.DOWN;
    }
}
