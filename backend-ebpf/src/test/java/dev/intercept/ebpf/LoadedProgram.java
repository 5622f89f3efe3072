package dev.intercept.ebpf;

import dev.intercept.bpf.Bpf;
import dev.intercept.bpf.MappedMemory;
import dev.intercept.bpf.Ring;
import dev.intercept.bpf.TestRun;
import dev.intercept.netlink.SystemCallException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The program for Ethernet in the real kernel, attached to nothing: a test brings the frames. */
final class LoadedProgram implements AutoCloseable {

    static final int COPY_RANGE_BYTES = 128;
    private static final int RING_BYTES = 1 << 16;

    /** What the program handed up. */
    record HandedUp(int lane, int length, long delayNs, byte[] copied) {}

    private final AnswerMaps maps;
    private final MappedMemory control;
    private final List<Ring> rings;
    private final int fd;
    private final int requestsFd;
    private final LiveSettings live;

    LoadedProgram(int lanes, List<Integer> ports, List<Network> passList) throws Exception {
        this(lanes, ports, passList, 0, 0);
    }

    /** @param maxRoutes 0 to stop the answers of all sessions */
    LoadedProgram(int lanes, List<Integer> ports, List<Network> passList, int maxRoutes, long holdNs) throws Exception {
        maps = AnswerMaps.create(lanes, RING_BYTES, maxRoutes, true, new KeptMaps(List.of()));
        control = MappedMemory.ofValue(maps.control(), ControlLayout.bytes(lanes));
        rings = new ArrayList<>();
        for (int lane = 0; lane < lanes; lane++) {
            rings.add(new Ring(maps.rings().get(lane), RING_BYTES));
        }
        fd = Bpf.load("test", AnswerProgram.build(maps, COPY_RANGE_BYTES, 14, holdNs));
        requestsFd = Bpf.load(
                "test", RequestProgram.build(maps.control(), maps.requests().orElseThrow(), 14));
        live = new LiveSettings(maps, control.buffer());
        live.adopt(ports, passList, List.of());
    }

    /** What may change while packets come. */
    LiveSettings live() {
        return live;
    }

    KernelRoutes routes() {
        return new KernelRoutes(maps.replayed().orElseThrow(), control());
    }

    ByteBuffer control() {
        return control.buffer();
    }

    /** Whether the program stopped the frame; it must say one or the other. */
    boolean stops(byte[] frame) throws SystemCallException {
        int action = TestRun.of(fd, frame);
        if (action != AnswerProgram.TC_ACT_STOLEN && action != AnswerProgram.TC_ACT_UNSPEC) {
            throw new AssertionError("the program returned " + action);
        }
        return action == AnswerProgram.TC_ACT_STOLEN;
    }

    /** Has the kernel see a frame that comes in; it must let it pass. */
    void receives(byte[] frame) throws SystemCallException {
        int action = TestRun.of(requestsFd, frame);
        if (action != AnswerProgram.TC_ACT_UNSPEC) {
            throw new AssertionError("the program for requests returned " + action);
        }
    }

    /** What waits in the rings, the first of the first. */
    Optional<HandedUp> next() {
        for (int lane = 0; lane < rings.size(); lane++) {
            Ring ring = rings.get(lane);
            if (ring.next()) {
                int at = ring.payload();
                byte[] copied = new byte[ring.data().getInt(at + RecordLayout.COPIED_OFFSET)];
                ring.data().get(at + RecordLayout.PACKET_OFFSET, copied);
                int length = ring.data().getInt(at + RecordLayout.LENGTH_OFFSET);
                long delayNs = ring.data().getLong(at + RecordLayout.DELAY_OFFSET);
                ring.release();
                return Optional.of(new HandedUp(lane, length, delayNs, copied));
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        rings.forEach(Ring::close);
        control.close();
        maps.close();
        Bpf.close(fd);
        Bpf.close(requestsFd);
    }
}
