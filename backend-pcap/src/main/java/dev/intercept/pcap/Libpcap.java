package dev.intercept.pcap;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;
import org.pcap4j.core.PcapHandle;

/**
 * The functions of libpcap that pcap4j does not offer, or offers only with an object for each packet. Names and
 * signatures are those of pcap/pcap.h; the manual page of each says the rest.
 */
final class Libpcap {

    /** Return values of pcap_activate(), pcap/pcap.h. */
    static final int PCAP_ERROR_NO_SUCH_DEVICE = -5;

    static final int PCAP_ERROR_PERM_DENIED = -8;
    static final int PCAP_ERROR_IFACE_NOT_UP = -9;

    private static final String LIBRARY = LibpcapCheck.LIBRARY;

    static {
        Native.register(Libpcap.class, LIBRARY);
    }

    /** The address of pcap_dump(), which is a pcap_handler: pcap_dispatch() calls it without coming back to Java. */
    static final Pointer PCAP_DUMP = NativeLibrary.getInstance(LIBRARY).getFunction("pcap_dump");

    private Libpcap() {}

    static native int pcap_dispatch(Pointer pcap, int count, Pointer handler, Pointer user);

    static native @Nullable Pointer pcap_dump_fopen(Pointer pcap, Pointer file);

    static native NativeLong pcap_dump_ftell(Pointer dumper);

    static native void pcap_dump_close(Pointer dumper);

    static native int pcap_get_selectable_fd(Pointer pcap);

    static native int pcap_fileno(Pointer pcap);

    static native Pointer pcap_open_dead(int linkType, int snapshotBytes);

    static native int pcap_compile(Pointer pcap, Pointer program, String filter, int optimize, int netmask);

    static native Pointer pcap_geterr(Pointer pcap);

    static native void pcap_freecode(Pointer program);

    static native int pcap_offline_filter(Pointer program, Pointer header, Pointer frame);

    static native void pcap_close(Pointer pcap);

    /**
     * The {@code pcap_t *} behind a pcap4j handle, valid until that is closed. pcap4j keeps it in a private field and has no
     * accessor for it; a test pins the field's name.
     */
    static Pointer pointerOf(PcapHandle handle) {
        try {
            Field field = PcapHandle.class.getDeclaredField("handle");
            field.setAccessible(true);
            return (Pointer) field.get(handle);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("this pcap4j keeps its native handle elsewhere; use pcap4j 1.8.2", e);
        }
    }
}
