package dev.intercept.ebpf;

import dev.intercept.netlink.Errno;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendException.Kind;
import dev.intercept.tc.Device;
import dev.intercept.tc.DeviceEvents;
import dev.intercept.tc.DeviceLock;
import dev.intercept.tc.Devices;
import dev.intercept.tc.Direction;
import dev.intercept.tc.Hook;
import dev.intercept.tc.Purpose;
import dev.intercept.tc.Rtnetlink;
import dev.intercept.tc.TrafficControl;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The devices that this process holds, and the filters there. Thread rule: any thread, one at a time. */
final class Attachments implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Attachments.class.getName());

    private final EbpfSettings settings;
    private final Rtnetlink socket;
    private final TrafficControl trafficControl;
    private final DeviceEvents events;

    /** By index. */
    private final Map<Integer, Held> held = new TreeMap<>();

    /** Where there was no filter of an intercept before. */
    private final Map<Device, Set<Hook>> brought = new HashMap<>();

    private Runnable beforeTakeOver = () -> {};

    /** Indexes of those that have none any more, which was logged. */
    private final Set<Integer> bare = new HashSet<>();

    /** Indexes of devices that came and could not be attached to. */
    private final Set<Integer> refused = new HashSet<>();

    private boolean isUnlisted;

    private record Held(Device device, DeviceLock lock) {}

    private Attachments(EbpfSettings settings) throws SystemCallException {
        this.settings = settings;
        socket = new Rtnetlink();
        trafficControl = new TrafficControl(socket);
        try {
            events = new DeviceEvents();
        } catch (SystemCallException e) {
            socket.close();
            throw e;
        }
    }

    /** @param work done before a filter of an intercept before is replaced, whenever its device comes */
    void beforeTakeOver(Runnable work) {
        beforeTakeOver = work;
    }

    /** Takes the devices that are wanted, in the network namespace of the calling thread; attaches nothing yet. */
    static Attachments take(EbpfSettings settings) throws SystemCallException, BackendException {
        Attachments attachments = new Attachments(settings);
        try {
            attachments.takeAll();
            return attachments;
        } catch (SystemCallException | BackendException | RuntimeException e) {
            attachments.close();
            throw e;
        }
    }

    private void takeAll() throws SystemCallException, BackendException {
        List<Device> devices = Devices.list(socket);
        for (Device device : devices) {
            if (settings.wants(device)) {
                refuseUnknown(device);
                take(device);
            }
        }
        for (String name : settings.devices()) {
            if (devices.stream().noneMatch(device -> device.name().equals(name))) {
                throw new BackendException(
                        Kind.UNAVAILABLE,
                        EbpfSettings.INTERFACE + " " + name + ": there is no such device; there are: "
                                + names(devices));
            }
        }
        if (held.isEmpty()) {
            throw new BackendException(
                    Kind.UNAVAILABLE,
                    "no device but loopback has an IPv4 address; name those by which answers leave with "
                            + EbpfSettings.INTERFACE + "; there are: " + names(devices));
        }
    }

    private static void refuseUnknown(Device device) throws BackendException {
        if (device.linkBytes() == Device.UNKNOWN) {
            throw new BackendException(
                    Kind.UNAVAILABLE,
                    "device " + device.name() + " has link headers of type " + device.type()
                            + ", which are not known here; use --backend=nflog");
        }
    }

    private static String names(List<Device> devices) {
        return devices.stream().map(Device::name).collect(Collectors.joining(", "));
    }

    private void take(Device device) throws SystemCallException, BackendException {
        Direction direction = settings.direction();
        try {
            held.put(device.index(), new Held(device, DeviceLock.take(device, direction)));
        } catch (SystemCallException e) {
            if (e.errno() != Errno.EADDRINUSE) {
                throw e;
            }
            throw new BackendException(
                    Kind.REFUSED,
                    direction + " of device " + device.name() + " is held by " + DeviceLock.holder(device, direction)
                            + ": stop it, or name other devices with " + EbpfSettings.INTERFACE,
                    e);
        }
    }

    /**
     * Attaches to all devices that were taken.
     *
     * @param programs by the length of the link header
     */
    synchronized void attachAll(Map<Integer, DevicePrograms> programs) throws SystemCallException, BackendException {
        List<String> taken = new ArrayList<>();
        for (Held each : held.values()) {
            boolean hadFilter = attach(each.device(), programs);
            taken.add(each.device().name() + (hadFilter ? " (taken over)" : ""));
        }
        LOG.log(
                Level.INFO,
                (settings.stop() == EbpfSettings.Stop.ALL ? "answers" : "answers of replayed sessions")
                        + " from port "
                        + settings.ports().stream().map(String::valueOf).collect(Collectors.joining(", "))
                        + " are stopped at the " + settings.direction() + " of " + String.join(", ", taken)
                        + ", also after intercept has ended; intercept rules --backend=ebpf --remove lets them pass");
    }

    private boolean attach(Device device, Map<Integer, DevicePrograms> programs)
            throws SystemCallException, BackendException {
        DevicePrograms wanted = Objects.requireNonNull(programs.get(device.linkBytes()));
        boolean hadFilter;
        try {
            Hook hook = new Hook(settings.direction(), Purpose.ANSWERS);
            if (trafficControl.ours(device, hook).isPresent()) {
                beforeTakeOver.run();
            }
            hadFilter = attach(device, hook, wanted.answers());
        } catch (SystemCallException e) {
            throw Refusal.ofDevice(device, settings.direction(), e);
        }
        timeRequests(device, wanted.requests());
        return hadFilter;
    }

    private boolean attach(Device device, Hook hook, int program) throws SystemCallException {
        boolean hadFilter = trafficControl.ours(device, hook).isPresent();
        if (!hadFilter) {
            // Before it is attached: an answer may be lost that says so.
            brought.computeIfAbsent(device, each -> new HashSet<>()).add(hook);
        }
        trafficControl.attach(device, hook, program);
        return hadFilter;
    }

    /** Without it answers are stopped all the same. One of a start before that is not wanted now goes. */
    private void timeRequests(Device device, OptionalInt program) {
        Direction direction = settings.direction().opposite();
        Hook hook = new Hook(direction, Purpose.REQUESTS);
        try {
            if (program.isPresent()) {
                attach(device, hook, program.getAsInt());
            } else {
                trafficControl.detach(device, List.of(hook));
            }
        } catch (SystemCallException e) {
            LOG.log(
                    Level.WARNING,
                    "the delay of first bytes is not measured for requests at the {0}",
                    Refusal.ofDevice(device, direction, e).getMessage());
        }
    }

    /**
     * Looks at all devices again: takes and attaches to those that came, forgets those that are gone.
     *
     * @return false when something failed, so that it must be done again; each failure is logged once
     */
    synchronized boolean update(Map<Integer, DevicePrograms> programs) {
        try {
            List<Device> devices = Devices.list(socket);
            forgetGone(devices);
            boolean isDone = true;
            for (Device device : devices) {
                if (settings.wants(device)
                        && !held.containsKey(device.index())
                        && device.linkBytes() != Device.UNKNOWN) {
                    isDone &= attachLate(device, programs);
                }
            }
            reportRemoved();
            isUnlisted = false;
            return isDone;
        } catch (SystemCallException e) {
            if (!isUnlisted) {
                isUnlisted = true;
                LOG.log(
                        Level.WARNING,
                        "devices cannot be listed: {0}; it is tried again every second, answers by those that come"
                                + " meanwhile are not stopped",
                        e.getMessage());
            }
            return false;
        }
    }

    /** Somebody did it who may know why: it is not attached again. */
    private void reportRemoved() throws SystemCallException {
        for (Held each : held.values()) {
            Device device = each.device();
            Hook hook = new Hook(settings.direction(), Purpose.ANSWERS);
            if (trafficControl.ours(device, hook).isPresent()) {
                bare.remove(device.index());
            } else if (bare.add(device.index())) {
                LOG.log(
                        Level.WARNING,
                        "the filter at the {0} of {1} was removed: answers by it pass, and reach clients; a restart of intercept"
                                + " attaches it again",
                        settings.direction(),
                        device.name());
            }
        }
    }

    private void forgetGone(List<Device> devices) {
        refused.removeIf(index -> devices.stream().noneMatch(device -> device.index() == index));
        held.values().removeIf(each -> {
            boolean isGone = devices.stream()
                    .noneMatch(device -> device.index() == each.device().index());
            if (isGone) {
                each.lock().close();
                bare.remove(each.device().index());
                LOG.log(
                        Level.WARNING,
                        "device {0} is gone; one of that name is taken when it comes",
                        each.device().name());
            }
            return isGone;
        });
    }

    private boolean attachLate(Device device, Map<Integer, DevicePrograms> programs) {
        try {
            take(device);
            attach(device, programs);
            refused.remove(device.index());
            LOG.log(
                    Level.INFO,
                    "answers are stopped at the {0} of {1} too, which has come",
                    settings.direction(),
                    device.name());
            return true;
        } catch (SystemCallException | BackendException e) {
            giveUp(device);
            if (refused.add(device.index())) {
                LOG.log(
                        Level.WARNING,
                        "answers by {0}, which has come, are not stopped: {1}; it is tried again every second",
                        device.name(),
                        Refusal.explain(e).getMessage());
            }
            return false;
        } finally {
            brought.remove(device);
        }
    }

    private void giveUp(Device device) {
        Held taken = held.remove(device.index());
        if (taken != null) {
            taken.lock().close();
        }
    }

    /** Removes the filters that were not there before: of a start that came to nothing. Those that were taken over stay. */
    synchronized void detachBrought() {
        for (Map.Entry<Device, Set<Hook>> each : brought.entrySet()) {
            try {
                if (!trafficControl
                        .detach(each.getKey(), List.copyOf(each.getValue()))
                        .isEmpty()) {
                    LOG.log(
                            Level.INFO,
                            "answers pass at the {0} of {1} again: intercept did not start",
                            settings.direction(),
                            each.getKey().name());
                }
            } catch (SystemCallException e) {
                LOG.log(
                        Level.WARNING,
                        "answers are stopped at {0} though intercept did not start: {1}; do: intercept rules --backend=ebpf"
                                + " --remove",
                        each.getKey().name(),
                        e.getMessage());
            }
        }
        brought.clear();
    }

    /** What says that devices came or went. */
    DeviceEvents events() {
        return events;
    }

    /** Gives the devices up. The filters stay. */
    @Override
    public synchronized void close() {
        held.values().forEach(each -> each.lock().close());
        held.clear();
        events.close();
        socket.close();
    }
}
