package dev.intercept.pcap;

import com.sun.jna.Pointer;
import org.pcap4j.core.PcapNativeException;

/**
 * An open libpcap handle of a device, each method as the man page of its function has it.
 *
 * <p>Thread rule: that of {@link OpenPcap}.
 */
interface DeviceHandle extends AutoCloseable {

    void setNonBlocking() throws PcapNativeException;

    void setFilter(String filter) throws PcapNativeException;

    int datalink();

    int snapshot();

    /** With pcap_dump() as its callback. */
    int dispatch(int count, Pointer dumper);

    int selectableFd();

    int fileno();

    String error();

    void stats(DropCounters into) throws PcapNativeException;

    @Override
    void close();
}
