package dev.intercept.pcap;

import dev.intercept.pcap.link.FrameDecoder;
import dev.intercept.pcap.link.FrameTally;
import dev.intercept.pcap.link.LinkLayers;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendException.Kind;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.Pcaps;

/**
 * One libpcap handle of a device, ready to be read: filter set, link type understood, memory for a batch.
 *
 * <p>Thread rule: {@link #batch} belongs to the capture thread; {@link #handle} may be asked for statistics by any thread,
 * not after {@link #close}.
 */
final class OpenPcap implements AutoCloseable {

    private static final String COMPILE_ERROR_PREFIX = "Error occurred in pcap_compile: ";

    private final DeviceHandle handle;
    private final FrameDecoder decoder;
    private final FrameBatch batch;

    /**
     * @param handle just opened; closed again when this fails
     * @param name the device, for error texts
     * @param tally where frames without an IP packet are counted
     */
    OpenPcap(DeviceHandle handle, String name, PcapSettings settings, FrameTally tally) throws BackendException {
        this.handle = handle;
        try {
            handle.setNonBlocking();
            decoder = new FrameDecoder(linkType(name), settings.tunnels(), tally);
            setFilter(settings.filter());
            batch = new FrameBatch(handle);
        } catch (PcapNativeException e) {
            handle.close();
            throw DeviceOpener.explained(name, e);
        } catch (BackendException | RuntimeException | Error e) {
            handle.close();
            throw e;
        }
    }

    private int linkType(String name) throws BackendException {
        int dlt = handle.datalink();
        if (!LinkLayers.isKnown(dlt)) {
            throw new BackendException(
                    Kind.BAD_CONFIGURATION,
                    name + " has link type " + dlt + " (" + linkTypeName(dlt)
                            + "), which is not understood; understood are " + LinkLayers.SUPPORTED);
        }
        return dlt;
    }

    private static String linkTypeName(int dlt) {
        try {
            return Pcaps.dataLinkValToName(dlt);
        } catch (PcapNativeException e) {
            return "no name";
        }
    }

    private void setFilter(String filter) throws BackendException {
        if (filter.isEmpty()) {
            return;
        }
        try {
            handle.setFilter(filter);
        } catch (PcapNativeException e) {
            throw FrameFilter.refused(filter, String.valueOf(e.getMessage()).replace(COMPILE_ERROR_PREFIX, ""));
        }
    }

    /** Shares the device's packets with the others of the group; closed when this fails. */
    void join(DeviceCalls calls, FanoutGroup group, String device) throws BackendException {
        try {
            group.join(calls, handle.fileno(), device);
        } catch (BackendException e) {
            close();
            throw e;
        }
        discardWaiting();
    }

    /** What waits from before. */
    private void discardWaiting() {
        while (batch.fill(FrameBatch.MAX_FRAMES) > 0) {
            batch.forget();
        }
        batch.forget();
    }

    DeviceHandle handle() {
        return handle;
    }

    FrameDecoder decoder() {
        return decoder;
    }

    FrameBatch batch() {
        return batch;
    }

    /** The descriptor that becomes readable when packets wait. */
    int selectableFd() {
        return handle.selectableFd();
    }

    /** libpcap's words about the last call that failed. */
    String error() {
        return handle.error();
    }

    @Override
    public void close() {
        batch.close();
        handle.close();
    }
}
