package dev.intercept.ebpf;

import dev.intercept.bpf.Bpf;
import dev.intercept.bpf.MappedMemory;
import dev.intercept.bpf.Program;
import dev.intercept.bpf.RefusedProgramException;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.HeldSource;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What all lanes share: maps, programs, the devices they are attached to. Freed with the last lane; filters stay attached, but for those
 * that a capture brought which was never polled: what failed then was the start.
 */
final class Capture {

    private static final Logger LOG = System.getLogger(Capture.class.getName());

    /** What has no route waits so long in intercept, too. */
    private static final long ALL_AFTER_START_NS = 30_000_000_000L;

    /** To be raised with each change of what {@link AnswerMaps#lasting} have in them. */
    private static final int LAYOUT = 1;

    /** Link headers of the devices there are. */
    private static final List<Integer> LINK_BYTES = List.of(14, 0);

    private final EbpfSettings settings;
    private final int maxRoutes;
    private final AnswerMaps maps;
    private final MappedMemory control;
    private final Optional<KernelRoutes> routes;
    private final LiveSettings live;
    private final Map<Integer, DevicePrograms> programs = new HashMap<>();

    /** Since {@link #open}; not there where that fails before. */
    @SuppressWarnings("NullAway.Init")
    private Attachments attachments;

    /** Null before the filters are attached. */
    private @Nullable DeviceFollower follower;

    private int lanes;

    private Capture(EbpfSettings settings, int maxRoutes, AnswerMaps maps) throws SystemCallException {
        this.settings = settings;
        this.maxRoutes = maxRoutes;
        this.maps = maps;
        control = MappedMemory.ofValue(maps.control(), ControlLayout.bytes(settings.lanes()));
        routes = maps.replayed().map(replayed -> new KernelRoutes(replayed, control()));
        live = new LiveSettings(maps, control());
    }

    /** Opens all lanes and attaches the filters. All or nothing. */
    static List<CaptureBackend> open(EbpfSettings settings) throws BackendException {
        return open(settings, ReplayedMaps.MAX_ROUTES, List.of());
    }

    /**
     * @param maxRoutes that the kernel keeps, from 1
     * @param kept {@link AnswerMaps#lasting} of a capture before that was {@link #heldAs} the same, or none; closed when this fails
     */
    static List<CaptureBackend> open(EbpfSettings settings, int maxRoutes, List<Integer> kept) throws BackendException {
        try (KeptMaps maps = new KeptMaps(kept)) {
            if (maps.isEmpty()) {
                return open(settings, maxRoutes, maps, null);
            }
            try (FormerControl former = new FormerControl(maps.next("ic_control"), settings.lanes())) {
                return open(settings, maxRoutes, maps, former);
            }
        } catch (SystemCallException e) {
            throw Refusal.explain(e);
        }
    }

    private static List<CaptureBackend> open(
            EbpfSettings settings, int maxRoutes, KeptMaps kept, @Nullable FormerControl former)
            throws BackendException {
        Attachments attachments = null;
        Capture capture = null;
        List<CaptureBackend> lanes = new ArrayList<>();
        try {
            attachments = Attachments.take(settings);
            capture = create(settings, maxRoutes, kept);
            capture.attachments = attachments;
            if (former != null) {
                former.begin(capture.control(), System.nanoTime() + ALL_AFTER_START_NS);
            }
            for (int lane = 0; lane < settings.lanes(); lane++) {
                lanes.add(new EbpfLane(lane, capture));
                capture.lanes++;
            }
            capture.attach(former);
            return lanes;
        } catch (SystemCallException | RefusedProgramException | BackendException | RuntimeException e) {
            lanes.forEach(CaptureBackend::close);
            if (lanes.isEmpty() && capture != null) {
                capture.free();
            } else if (lanes.isEmpty() && attachments != null) {
                attachments.close();
            }
            throw Refusal.explain(e);
        }
    }

    private static Capture create(EbpfSettings settings, int maxRoutes, KeptMaps kept)
            throws SystemCallException, RefusedProgramException {
        AnswerMaps maps = AnswerMaps.create(
                settings.lanes(),
                settings.ringBytes(),
                settings.stop() == EbpfSettings.Stop.REPLAYED ? maxRoutes : 0,
                settings.timesRequests(),
                kept);
        Capture capture = mapped(settings, maxRoutes, maps);
        try {
            capture.live.adopt(settings.ports(), settings.passList(), settings.translation());
            capture.load();
            return capture;
        } catch (SystemCallException | RefusedProgramException e) {
            capture.free();
            throw e;
        }
    }

    private static Capture mapped(EbpfSettings settings, int maxRoutes, AnswerMaps maps) throws SystemCallException {
        try {
            return new Capture(settings, maxRoutes, maps);
        } catch (SystemCallException e) {
            maps.close();
            throw e;
        }
    }

    private void load() throws SystemCallException, RefusedProgramException {
        for (int linkBytes : LINK_BYTES) {
            int answers = load(
                    "intercept",
                    linkBytes,
                    AnswerProgram.build(maps, settings.copyRangeBytes(), linkBytes, settings.holdMs() * 1_000_000L));
            programs.put(linkBytes, new DevicePrograms(answers, OptionalInt.empty()));
            if (maps.requests().isPresent()) {
                int requests = load(
                        "intercept_reqs",
                        linkBytes,
                        RequestProgram.build(maps.control(), maps.requests().get(), linkBytes));
                programs.put(linkBytes, new DevicePrograms(answers, OptionalInt.of(requests)));
            }
        }
    }

    private static int load(String name, int linkBytes, Program program)
            throws SystemCallException, RefusedProgramException {
        if (LOG.isLoggable(Level.DEBUG)) {
            LOG.log(
                    Level.DEBUG,
                    "program " + name + " for link headers of " + linkBytes + " bytes:\n" + program.listing());
        }
        return Bpf.load(name, program);
    }

    /**
     * Sessions of before are unknown to who takes a filter over: it lets nothing pass for as long as their answers may come. Not where it
     * goes on with their routes.
     */
    private void attach(@Nullable FormerControl former) throws SystemCallException, BackendException {
        if (former != null) {
            attachments.attachAll(programs);
            former.end(control());
        }
        attachments.beforeTakeOver(
                () -> control().putLong(ControlLayout.ALL_UNTIL, System.nanoTime() + ALL_AFTER_START_NS));
        if (former == null) {
            attachments.attachAll(programs);
        }
    }

    /** What the maps of a capture with these settings are called when they are held. Live options are filled in anew. */
    static String heldAs(EbpfSettings settings, int maxRoutes) {
        return "ebpf " + LAYOUT + " " + settings.direction() + " " + settings.devices() + " " + settings.stop() + " "
                + maxRoutes + " " + settings.lanes() + " " + settings.ringBytes() + " " + settings.timesRequests();
    }

    /** The filters stay, and with them their program: it goes on writing into these maps. */
    HeldSource held() {
        return new HeldSource(heldAs(settings, maxRoutes), maps.lasting(), "");
    }

    EbpfSettings settings() {
        return settings;
    }

    AnswerMaps maps() {
        return maps;
    }

    /** Present where only answers of replayed sessions are stopped. */
    Optional<KernelRoutes> routes() {
        return routes;
    }

    /** {@link ControlLayout} */
    ByteBuffer control() {
        return control.buffer();
    }

    /** Takes of these what {@link LiveSettings} has, for the packets from now on. */
    synchronized void adopt(EbpfSettings changed) throws BackendException {
        if (lanes == 0) {
            return;
        }
        try {
            live.adopt(changed.ports(), changed.passList(), changed.translation());
        } catch (SystemCallException e) {
            throw Refusal.explain(e);
        }
    }

    /** Attaches from now on to devices that come. */
    synchronized void follow() {
        if (follower == null) {
            follower = DeviceFollower.start(attachments, programs);
        }
    }

    /** Called by each lane as it ends. */
    synchronized void release() {
        if (--lanes == 0) {
            free();
        }
    }

    private void free() {
        if (follower != null) {
            follower.close();
        }
        if (attachments != null) {
            if (follower == null) {
                attachments.detachBrought();
            }
            attachments.close();
        }
        programs.values().forEach(DevicePrograms::close);
        routes.ifPresent(KernelRoutes::close);
        control.close();
        maps.close();
    }
}
