package dev.intercept.pcap;

import dev.intercept.pcap.link.FrameTally;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendException.Kind;
import java.util.stream.Collectors;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapNetworkInterface;
import org.pcap4j.core.Pcaps;

/** Opens a device for capture and says in the user's words why it cannot. */
final class DeviceOpener {

    private DeviceOpener() {}

    /**
     * Opens {@code device} without blocking and without promiscuous mode: what the target routes here is sent to this
     * host's own link-layer address.
     *
     * @param group joined when there are several lanes
     * @throws BackendException NO_PERMISSION; UNAVAILABLE when there is no such device; REFUSED when it is down or anything
     *     else is wrong with it; BAD_CONFIGURATION for the filter
     */
    static OpenPcap open(DeviceCalls calls, String device, PcapSettings settings, FanoutGroup group, FrameTally tally)
            throws BackendException {
        try {
            OpenPcap pcap = new OpenPcap(calls.open(device, settings), device, settings, tally);
            if (settings.lanes() > 1) {
                pcap.join(calls, group, device);
            }
            return pcap;
        } catch (PcapNativeException e) {
            throw explained(device, e);
        }
    }

    /** What libpcap says, in the user's words. */
    static BackendException explained(String device, PcapNativeException e) {
        int code = e.getReturnCode() == null ? 0 : e.getReturnCode();
        return switch (code) {
            case Libpcap.PCAP_ERROR_PERM_DENIED ->
                new BackendException(
                        Kind.NO_PERMISSION,
                        "capturing on " + device
                                + " needs the privilege CAP_NET_RAW: run as root, or give it to the service "
                                + "(AmbientCapabilities=CAP_NET_RAW). " + words(e),
                        e);
            case Libpcap.PCAP_ERROR_NO_SUCH_DEVICE ->
                new BackendException(
                        Kind.UNAVAILABLE,
                        PcapOptions.INTERFACE + " " + device + ": there is no such device; there are: " + devices(),
                        e);
            case Libpcap.PCAP_ERROR_IFACE_NOT_UP ->
                new BackendException(
                        Kind.REFUSED,
                        "the device " + device + " is down; bring it up: ip link set " + device + " up",
                        e);
            default ->
                new BackendException(
                        Kind.REFUSED, "libpcap cannot capture on " + device + " (code " + code + "): " + words(e), e);
        };
    }

    private static String words(PcapNativeException e) {
        return "libpcap says: " + e.getMessage();
    }

    private static String devices() {
        try {
            String names = Pcaps.findAllDevs().stream()
                    .map(PcapNetworkInterface::getName)
                    .filter(DeviceOpener::carriesFrames)
                    .collect(Collectors.joining(", "));
            return names.isEmpty() ? "none that this user may open" : names;
        } catch (PcapNativeException e) {
            return "(they cannot be listed: " + e.getMessage() + ")";
        }
    }

    /** libpcap also lists Bluetooth, D-Bus and the like. */
    private static boolean carriesFrames(String name) {
        return name.equals(LiveCapture.ANY)
                || new DeviceFlags(new SystemDeviceCalls(), name).state() != DeviceState.GONE;
    }
}
