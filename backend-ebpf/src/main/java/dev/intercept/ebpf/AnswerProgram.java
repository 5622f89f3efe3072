package dev.intercept.ebpf;

import static dev.intercept.bpf.Assembler.Operation.ADD;
import static dev.intercept.bpf.Assembler.Operation.AND;
import static dev.intercept.bpf.Assembler.Operation.MODULO;
import static dev.intercept.bpf.Assembler.Operation.MULTIPLY;
import static dev.intercept.bpf.Assembler.Operation.SHIFT_LEFT;
import static dev.intercept.bpf.Assembler.Operation.SHIFT_RIGHT;
import static dev.intercept.bpf.Assembler.Operation.SUBTRACT;
import static dev.intercept.bpf.Assembler.Size.U16;
import static dev.intercept.bpf.Assembler.Size.U32;
import static dev.intercept.bpf.Assembler.Size.U8;
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
import dev.intercept.bpf.Register;

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

    /** struct __sk_buff */
    private static final int SKB_LEN = 0;

    private static final int SKB_PROTOCOL = 16;

    private static final int ETHERTYPE_IP = 0x0800;
    private static final int ETHERTYPE_VLAN = 0x8100;
    private static final int ETHERTYPE_SERVICE_VLAN = 0x88a8;
    private static final int VLAN_TAG_BYTES = 4;

    /** Tags that lie in the packet; a further one lies beside it. */
    private static final int MAX_VLAN_TAGS = 2;

    private static final int IP_HEADER_BYTES = 20;
    private static final int PROTOCOL_TCP = 6;

    /** Where things are in the 20 bytes of an IP header. */
    private static final int TOTAL_LENGTH = 2;

    private static final int IDENTIFICATION = 4;
    private static final int FRAGMENT = 6;
    private static final int PROTOCOL = 9;
    private static final int SOURCE = 12;
    private static final int DESTINATION = 16;

    private static final int FRAGMENT_OFFSET_MASK = 0x1fff;
    private static final int MORE_FRAGMENTS = 0x2000;

    /** The stack, below R10. */
    private static final int HEADER = -24;

    private static final int PORTS = -32;
    private static final int KEY = -48;
    private static final int VALUE = -56;

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
        out.move(R6, R1);
        findIp();
        checkHeader();
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

    /** Steps over VLAN tags that lie in the packet. */
    private void findIp() {
        out.load(U32, R7, R6, SKB_PROTOCOL).fromNetworkOrder(R7, 16).move(R9, linkBytes);
        for (int tag = 0; tag < MAX_VLAN_TAGS; tag++) {
            out.jumpIf(R7, EQUAL, ETHERTYPE_IP, "ip")
                    .jumpIf(R7, EQUAL, ETHERTYPE_VLAN, "tag" + tag)
                    .jumpIf(R7, NOT_EQUAL, ETHERTYPE_SERVICE_VLAN, "pass")
                    .label("tag" + tag);
            loadBytes(R9, PORTS, VLAN_TAG_BYTES);
            out.load(U16, R7, R10, PORTS + 2).fromNetworkOrder(R7, 16).compute(ADD, R9, VLAN_TAG_BYTES);
        }
        out.jumpIf(R7, NOT_EQUAL, ETHERTYPE_IP, "pass").label("ip");
    }

    /** Copies bytes of the packet to the stack; passes a packet that is too short. */
    private void loadBytes(Register offset, int to, int bytes) {
        if (offset != R2) {
            out.move(R2, offset);
        }
        out.move(R1, R6)
                .move(R3, R10)
                .compute(ADD, R3, to)
                .move(R4, bytes)
                .call(Helper.SKB_LOAD_BYTES)
                .jumpIf(R0, NOT_EQUAL, 0, "pass");
    }

    /** IPv4 that carries TCP; R8 is then the header's length. */
    private void checkHeader() {
        loadBytes(R9, HEADER, IP_HEADER_BYTES);
        out.load(U8, R8, R10, HEADER)
                .move(R7, R8)
                .compute(AND, R7, 0xf0)
                .jumpIf(R7, NOT_EQUAL, 0x40, "pass")
                .compute(AND, R8, 0x0f)
                .compute(SHIFT_LEFT, R8, 2)
                .jumpIf(R8, LESS, IP_HEADER_BYTES, "pass")
                .load(U8, R7, R10, HEADER + PROTOCOL)
                .jumpIf(R7, NOT_EQUAL, PROTOCOL_TCP, "pass")
                .load(U16, R7, R10, HEADER + FRAGMENT)
                .fromNetworkOrder(R7, 16)
                .move(R1, R7)
                .compute(AND, R1, FRAGMENT_OFFSET_MASK)
                .jumpIf(R1, NOT_EQUAL, 0, "later fragment");
    }

    /** A packet that has ports: one of them, and no destination of the pass list. The first of several is remembered. */
    private void checkFirst() {
        out.move(R2, R9).compute(ADD, R2, R8);
        loadBytes(R2, PORTS, Integer.BYTES);
        out.load(U16, R2, R10, PORTS)
                .fromNetworkOrder(R2, 16)
                .move(R3, R2)
                .compute(SHIFT_RIGHT, R3, 3)
                .loadValue(R1, maps.control(), 0)
                .compute(ADD, R1, R3)
                .load(U8, R4, R1, 0)
                .compute(AND, R2, 7)
                .compute(SHIFT_RIGHT, R4, R2)
                .compute(AND, R4, 1)
                .jumpIf(R4, EQUAL, 0, "pass");
        checkPassList();
        maps.replayed().ifPresent(replayed -> new ReplayedCheck(out, maps.control(), replayed, KEY, VALUE)
                .write(HEADER + SOURCE, PORTS, holdNs));
        out.compute(AND, R7, MORE_FRAGMENTS).jumpIf(R7, EQUAL, 0, "hand up");
        keyOfFragment();
        out.store(U32, R10, VALUE, 0)
                .move(R3, R10)
                .compute(ADD, R3, VALUE)
                .move(R4, 0)
                .call(Helper.MAP_UPDATE_ELEM)
                .jump("hand up");
    }

    private void checkPassList() {
        out.loadValue(R1, maps.control(), ControlLayout.HAS_PASS_LIST)
                .load(U32, R1, R1, 0)
                .jumpIf(R1, EQUAL, 0, "not passed")
                .store(U32, R10, KEY, Integer.SIZE)
                .load(U32, R1, R10, HEADER + DESTINATION)
                .store(U32, R10, KEY + 4, R1)
                .loadMap(R1, maps.passList())
                .move(R2, R10)
                .compute(ADD, R2, KEY)
                .call(Helper.MAP_LOOKUP_ELEM)
                .jumpIf(R0, NOT_EQUAL, 0, "pass")
                .label("not passed");
    }

    /** A packet without ports: what came first decides. */
    private void checkLater() {
        out.label("later fragment");
        keyOfFragment();
        out.call(Helper.MAP_LOOKUP_ELEM).jumpIf(R0, EQUAL, 0, "pass");
    }

    /** R1 is then the map and R2 the key. */
    private void keyOfFragment() {
        out.load(U32, R1, R10, HEADER + SOURCE)
                .store(U32, R10, KEY, R1)
                .load(U32, R1, R10, HEADER + DESTINATION)
                .store(U32, R10, KEY + 4, R1)
                .load(U16, R1, R10, HEADER + IDENTIFICATION)
                .store(U32, R10, KEY + 8, R1)
                .loadMap(R1, maps.fragments())
                .move(R2, R10)
                .compute(ADD, R2, KEY);
    }

    /** R8 is then the packet's length and R7 what of it to copy: a device may pad, and the header of a long segment says 0. */
    private void measure() {
        out.load(U32, R7, R6, SKB_LEN)
                .compute(SUBTRACT, R7, R9)
                .load(U16, R8, R10, HEADER + TOTAL_LENGTH)
                .fromNetworkOrder(R8, 16)
                .jumpIf(R8, NOT_EQUAL, 0, "measured")
                .move(R8, R7)
                .label("measured")
                .jumpIf(R8, GREATER, R7, "cut")
                .move(R7, R8)
                .label("cut")
                .jumpIf(R7, LESS, IP_HEADER_BYTES, "pass")
                .jumpIf(R7, LESS, copyRangeBytes + 1, "lane")
                .move(R7, copyRangeBytes)
                .label("lane");
    }

    /** All packets to one client keep their order: they are in one lane. */
    private void chooseLane() {
        int lanes = maps.rings().size();
        if (lanes == 1) {
            return;
        }
        out.load(U32, R1, R10, HEADER + DESTINATION)
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
                .store(U32, R0, RecordLayout.COPIED_OFFSET, R7)
                .move(R8, R0)
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
