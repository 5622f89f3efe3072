package dev.intercept.ebpf;

import static dev.intercept.bpf.Assembler.Operation.ADD;
import static dev.intercept.bpf.Assembler.Operation.AND;
import static dev.intercept.bpf.Assembler.Operation.MODULO;
import static dev.intercept.bpf.Assembler.Operation.MULTIPLY;
import static dev.intercept.bpf.Assembler.Operation.SHIFT_LEFT;
import static dev.intercept.bpf.Assembler.Operation.SHIFT_RIGHT;
import static dev.intercept.bpf.Assembler.Size.U16;
import static dev.intercept.bpf.Assembler.Size.U32;
import static dev.intercept.bpf.Assembler.Size.U64;
import static dev.intercept.bpf.Assembler.Test.EQUAL;
import static dev.intercept.bpf.Assembler.Test.GREATER;
import static dev.intercept.bpf.Assembler.Test.LESS;
import static dev.intercept.bpf.Assembler.Test.NOT_EQUAL;
import static dev.intercept.bpf.Register.R0;
import static dev.intercept.bpf.Register.R1;
import static dev.intercept.bpf.Register.R10;
import static dev.intercept.bpf.Register.R2;
import static dev.intercept.bpf.Register.R3;
import static dev.intercept.bpf.Register.R4;
import static dev.intercept.bpf.Register.R6;
import static dev.intercept.bpf.Register.R7;
import static dev.intercept.bpf.Register.R8;
import static dev.intercept.bpf.Register.R9;

import dev.intercept.bpf.Assembler;
import dev.intercept.bpf.Helper;
import dev.intercept.bpf.Program;

/**
 * The program that stops answers: a packet that IPv4 and TCP carry from one of the ports to a destination outside the pass list,
 * and what follows such a packet's first fragment. Its first bytes go into the ring of its client's lane, and the packet ends
 * with {@code TC_ACT_STOLEN}: its sender believes that it was sent. With {@code TC_ACT_SHOT} a local TCP would send it for ever.
 * All other packets go on to the next filter untouched.
 *
 * <pre>
 *   R6 the packet   R7 scratch, then bytes to copy   R8 header length, packet length, record   R9 where the IP header begins
 * </pre>
 */
final class AnswerProgram {

    /** linux/pkt_cls.h: to the next filter. */
    static final int TC_ACT_UNSPEC = -1;

    /** linux/pkt_cls.h: the packet ends here, and was sent as far as its sender knows. */
    static final int TC_ACT_STOLEN = 4;

    /** The stack, below R10. */
    private static final int HEADER = HeaderSteps.HEADER;

    private static final int PORTS = -32;
    private static final int KEY = -48;
    private static final int TIME = -56;
    private static final int DELAY = -64;

    /** Nothing else is: no register is stored there, see {@link StackEights}. */
    private static final int SCRATCH = -72;

    /** linux/bpf.h: how records are committed. */
    private static final int BPF_RB_NO_WAKEUP = 1;

    private static final int BPF_RB_FORCE_WAKEUP = 2;

    /** Of the golden ratio: spreads addresses that differ in their last bits alone. */
    private static final int HASH_FACTOR = 0x9E3779B1;

    private final AnswerMaps maps;
    private final int copyRangeBytes;
    private final int linkBytes;
    private final long holdNs;
    private final Assembler out = new Assembler();
    private final HeaderSteps headers = new HeaderSteps(out);
    private final StackEights eights = new StackEights(out);

    private AnswerProgram(AnswerMaps maps, int copyRangeBytes, int linkBytes, long holdNs) {
        this.maps = maps;
        this.copyRangeBytes = copyRangeBytes;
        this.linkBytes = linkBytes;
        this.holdNs = holdNs;
    }

    /**
     * For devices of one kind.
     *
     * @param copyRangeBytes of a packet that go into the ring at most
     * @param linkBytes of the header before the IP header, 14 for Ethernet, 0 for a device without one
     * @param holdNs how long SYN/ACKs and RSTs of a session without a route are stopped, where those of replayed sessions are
     */
    static Program build(AnswerMaps maps, int copyRangeBytes, int linkBytes, long holdNs) {
        return new AnswerProgram(maps, copyRangeBytes, linkBytes, holdNs).build();
    }

    private Program build() {
        headers.find(linkBytes, PORTS);
        startDelay();
        checkFirst();
        checkLater();
        out.label("hand up");
        measure();
        chooseLane();
        for (int lane = 0; lane < maps.rings().size(); lane++) {
            handUp(lane);
        }
        out.label("stolen").move(R0, TC_ACT_STOLEN).exit();
        out.label("pass").move(R0, TC_ACT_UNSPEC).exit();
        return out.build();
    }

    /** A packet that has ports: one of them, and no destination of the pass list. The first of several is remembered. */
    private void checkFirst() {
        headers.loadTcp(0, PORTS, Integer.BYTES, "pass");
        headers.checkPort(maps.control(), PORTS);
        checkPassList();
        maps.replayed().ifPresent(replayed -> new ReplayedCheck(out, maps.control(), replayed, KEY, TIME)
                .write(HEADER + HeaderSteps.SOURCE, PORTS, SCRATCH, holdNs));
        maps.requests()
                .ifPresent(requests -> new AnswerTiming(out, headers, requests, KEY).write(PORTS, SCRATCH, DELAY));
        out.compute(AND, R7, HeaderSteps.MORE_FRAGMENTS).jumpIf(R7, EQUAL, 0, "hand up");
        keyOfFragment();
        out.store(U32, R10, SCRATCH, 0)
                .move(R3, R10)
                .compute(ADD, R3, SCRATCH)
                .move(R4, 0)
                .call(Helper.MAP_UPDATE_ELEM)
                .jump("hand up");
    }

    /** On each way that leads to a record: without CAP_PERFMON nothing is read from the stack that was not written. */
    private void startDelay() {
        if (maps.requests().isPresent()) {
            out.store(U64, R10, DELAY, 0);
        }
    }

    private void checkPassList() {
        out.loadValue(R1, maps.control(), ControlLayout.HAS_PASS_LIST)
                .load(U32, R1, R1, 0)
                .jumpIf(R1, EQUAL, 0, "not passed")
                .move(R1, Integer.SIZE)
                .load(U32, R2, R10, HEADER + HeaderSteps.DESTINATION);
        eights.put(KEY);
        out.loadMap(R1, maps.passList())
                .move(R2, R10)
                .compute(ADD, R2, KEY)
                .call(Helper.MAP_LOOKUP_ELEM)
                .jumpIf(R0, NOT_EQUAL, 0, "pass")
                .label("not passed");
    }

    /** A packet without ports: what came first decides. */
    private void checkLater() {
        out.label("later fragment");
        startDelay();
        keyOfFragment();
        out.call(Helper.MAP_LOOKUP_ELEM).jumpIf(R0, EQUAL, 0, "pass");
    }

    /** R1 is then the map and R2 the key. */
    private void keyOfFragment() {
        eights.copy(KEY, HEADER + HeaderSteps.SOURCE, HEADER + HeaderSteps.DESTINATION);
        eights.clear(KEY + Long.BYTES);
        out.load(U16, R1, R10, HEADER + HeaderSteps.IDENTIFICATION)
                .store(U32, R10, KEY + Long.BYTES, R1)
                .loadMap(R1, maps.fragments())
                .move(R2, R10)
                .compute(ADD, R2, KEY);
    }

    /**
     * R8 is then the packet's length and R7 what of it to copy: a device may pad, and the header of a long segment says 0. The least
     * that is copied is looked at last: Linux 7.3 forgets it of a number that may also be below 0, once the most is known.
     */
    private void measure() {
        headers.loadPresentBytes(R7);
        out.load(U16, R8, R10, HEADER + HeaderSteps.TOTAL_LENGTH)
                .fromNetworkOrder(R8, 16)
                .jumpIf(R8, NOT_EQUAL, 0, "measured")
                .move(R8, R7)
                .label("measured")
                .jumpIf(R8, GREATER, R7, "cut")
                .move(R7, R8)
                .label("cut")
                .jumpIf(R7, LESS, copyRangeBytes + 1, "few")
                .move(R7, copyRangeBytes)
                .label("few")
                .jumpIf(R7, LESS, HeaderSteps.IP_HEADER_BYTES, "pass");
    }

    /** All packets to one client keep their order: they are in one lane. */
    private void chooseLane() {
        int lanes = maps.rings().size();
        if (lanes == 1) {
            return;
        }
        out.load(U32, R1, R10, HEADER + HeaderSteps.DESTINATION)
                .fromNetworkOrder(R1, Integer.SIZE)
                .compute(MULTIPLY, R1, HASH_FACTOR)
                .compute(SHIFT_LEFT, R1, Integer.SIZE)
                .compute(SHIFT_RIGHT, R1, Integer.SIZE + Integer.SIZE / 2)
                .compute(MODULO, R1, lanes);
        for (int lane = 1; lane < lanes; lane++) {
            out.jumpIf(R1, EQUAL, lane, "lane" + lane);
        }
    }

    private void handUp(int lane) {
        out.label("lane" + lane)
                .loadMap(R1, maps.rings().get(lane))
                .move(R2, RecordLayout.bytes(copyRangeBytes))
                .move(R3, 0)
                .call(Helper.RINGBUF_RESERVE)
                .jumpIf(R0, EQUAL, 0, "lost" + lane)
                .store(U32, R0, RecordLayout.LENGTH_OFFSET, R8)
                .store(U32, R0, RecordLayout.COPIED_OFFSET, R7);
        storeDelay();
        out.move(R8, R0)
                .move(R1, R6)
                .move(R2, R9)
                .move(R3, R0)
                .compute(ADD, R3, RecordLayout.PACKET_OFFSET)
                .move(R4, R7)
                .call(Helper.SKB_LOAD_BYTES)
                .move(R2, BPF_RB_NO_WAKEUP)
                .loadValue(R1, maps.control(), ControlLayout.sleeping(lane))
                .load(U32, R3, R1, 0)
                .jumpIf(R3, EQUAL, 0, "commit" + lane)
                .store(U32, R1, 0, 0)
                .move(R2, BPF_RB_FORCE_WAKEUP)
                .label("commit" + lane)
                .move(R1, R8)
                .call(Helper.RINGBUF_SUBMIT);
        wake(lane);
        out.label("lost" + lane)
                .loadValue(R1, maps.control(), ControlLayout.lost(lane))
                .move(R2, 1)
                .addAtomically(R1, 0, R2)
                .jump("stolen");
    }

    private void storeDelay() {
        if (maps.requests().isPresent()) {
            out.load(U64, R1, R10, DELAY).store(U64, R0, RecordLayout.DELAY_OFFSET, R1);
        } else {
            out.store(U64, R0, RecordLayout.DELAY_OFFSET, 0);
        }
    }

    /**
     * For a reader that went to sleep just as the record was committed. That was a full memory barrier: either it is seen here
     * that the reader sleeps, or the reader, which looks once more after it set the flag, sees the record. What wakes it is a
     * second record.
     */
    private void wake(int lane) {
        out.loadValue(R1, maps.control(), ControlLayout.sleeping(lane))
                .load(U32, R2, R1, 0)
                .jumpIf(R2, EQUAL, 0, "stolen")
                .loadMap(R1, maps.rings().get(lane))
                .move(R2, Long.BYTES)
                .move(R3, 0)
                .call(Helper.RINGBUF_RESERVE)
                .jumpIf(R0, EQUAL, 0, "stolen")
                .loadValue(R1, maps.control(), ControlLayout.sleeping(lane))
                .store(U32, R1, 0, 0)
                .move(R1, R0)
                .move(R2, BPF_RB_FORCE_WAKEUP)
                .call(Helper.RINGBUF_DISCARD)
                .jump("stolen");
    }
}
