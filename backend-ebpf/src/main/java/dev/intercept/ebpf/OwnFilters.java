package dev.intercept.ebpf;

import dev.intercept.netlink.SystemCallException;
import dev.intercept.spi.AttachedFilters;
import dev.intercept.spi.BackendException;
import dev.intercept.tc.Device;
import dev.intercept.tc.DeviceLock;
import dev.intercept.tc.Devices;
import dev.intercept.tc.Direction;
import dev.intercept.tc.Rtnetlink;
import dev.intercept.tc.TrafficControl;
import java.util.ArrayList;
import java.util.List;

/** The filters of this backend on the devices of the calling thread's network namespace, whichever process attached them. */
final class OwnFilters implements AttachedFilters {

    private final List<String> names;

    /** @param names of devices; none for all */
    OwnFilters(List<String> names) {
        this.names = names;
    }

    @FunctionalInterface
    private interface Work {
        void on(TrafficControl trafficControl, Device device, List<String> lines) throws SystemCallException;
    }

    private List<String> onEachDevice(Work work) throws BackendException {
        List<String> lines = new ArrayList<>();
        try (Rtnetlink socket = new Rtnetlink()) {
            TrafficControl trafficControl = new TrafficControl(socket);
            for (Device device : Devices.list(socket)) {
                if (names.isEmpty() || names.contains(device.name())) {
                    work.on(trafficControl, device, lines);
                }
            }
        } catch (SystemCallException e) {
            throw Refusal.explain(e);
        }
        return lines;
    }

    @Override
    public List<String> show() throws BackendException {
        return onEachDevice((trafficControl, device, lines) -> {
            for (Direction direction : Direction.values()) {
                if (trafficControl.ours(device, direction).isPresent()) {
                    lines.add(line(device, direction)
                            + (DeviceLock.isHeld(device, direction)
                                    ? "  # " + DeviceLock.holder(device, direction) + " reads it"
                                    : "  # nobody reads it"));
                }
            }
        });
    }

    @Override
    public List<String> remove() throws BackendException {
        return onEachDevice((trafficControl, device, lines) -> trafficControl
                .detach(device, Direction.values())
                .forEach(direction -> lines.add(line(device, direction))));
    }

    /** As tc(8) would remove it. */
    private static String line(Device device, Direction direction) {
        return "tc filter del dev " + device.name() + " " + direction + " pref " + TrafficControl.PREFERENCE
                + " handle 0x" + Integer.toHexString(TrafficControl.HANDLE) + " bpf";
    }
}
