package dev.intercept.ebpf;

import dev.intercept.netlink.SystemCallException;
import dev.intercept.spi.AttachedFilters;
import dev.intercept.spi.BackendException;
import dev.intercept.tc.Device;
import dev.intercept.tc.DeviceLock;
import dev.intercept.tc.Devices;
import dev.intercept.tc.Direction;
import dev.intercept.tc.Hook;
import dev.intercept.tc.Purpose;
import dev.intercept.tc.Rtnetlink;
import dev.intercept.tc.TrafficControl;
import java.util.ArrayList;
import java.util.List;

/** The filters of this backend on the devices of the calling thread's network namespace, whichever process attached them. */
final class OwnFilters implements AttachedFilters {

    /** What is said of a filter that stops nothing. */
    private static final String TIMES = " reads the time of requests that it takes";

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
            for (Hook hook : Hook.ALL) {
                if (trafficControl.ours(device, hook).isPresent()) {
                    lines.add(line(device, hook) + "  # " + use(device, hook));
                }
            }
        });
    }

    /** Those of {@link #show} that stop answers. */
    List<String> showStopping() throws BackendException {
        return show().stream().filter(line -> !line.contains(TIMES)).toList();
    }

    /** Who holds a direction of a device has its requests on the way back. */
    private static String use(Device device, Hook hook) {
        boolean isForAnswers = hook.purpose() == Purpose.ANSWERS;
        Direction held = isForAnswers ? hook.direction() : hook.direction().opposite();
        return (DeviceLock.isHeld(device, held) ? DeviceLock.holder(device, held) : "nobody")
                + (isForAnswers ? " reads it" : TIMES);
    }

    @Override
    public List<String> remove() throws BackendException {
        return onEachDevice((trafficControl, device, lines) ->
                trafficControl.detach(device, Hook.ALL).forEach(hook -> lines.add(line(device, hook))));
    }

    /** As tc(8) would remove it. */
    private static String line(Device device, Hook hook) {
        return "tc filter del dev " + device.name() + " " + hook.direction() + " pref " + TrafficControl.PREFERENCE
                + " handle 0x" + Integer.toHexString(hook.purpose().handle()) + " bpf";
    }
}
