package dev.intercept.ebpf;

import static dev.intercept.bpf.Assembler.Operation.ADD;
import static dev.intercept.bpf.Assembler.Operation.AND;
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
import dev.intercept.bpf.BpfMap;
import dev.intercept.bpf.Helper;
import dev.intercept.bpf.Register;

/**
 * What the programs do alike: finding the headers of a packet.
 *
 * <pre>
 *   R6 the packet   R7 scratch   R8 length of the IP header   R9 where it begins
 * </pre>
 */
final class HeaderSteps {

    /** Below R10: the IP header without its options, 20 bytes. */
    static final int HEADER = -24;

    /** Where things are in the IP header. */
    static final int TOTAL_LENGTH = 2;

    static final int IDENTIFICATION = 4;
    static final int SOURCE = 12;
    static final int DESTINATION = 16;
    static final int IP_HEADER_BYTES = 20;
    static final int MORE_FRAGMENTS = 0x2000;

    /** Where things are in the TCP header. */
    static final int TCP_SEQUENCE = 4;

    static final int TCP_ACKNOWLEDGEMENT = 8;
    static final int TCP_DATA_OFFSET = 12;
    static final int TCP_FLAGS = 13;

    /** struct __sk_buff */
    private static final int SKB_LEN = 0;

    private static final int SKB_PROTOCOL = 16;

    private static final int ETHERTYPE_IP = 0x0800;
    private static final int ETHERTYPE_VLAN = 0x8100;
    private static final int ETHERTYPE_SERVICE_VLAN = 0x88a8;
    private static final int VLAN_TAG_BYTES = 4;

    /** Tags that lie in the packet; a further one lies beside it. */
    private static final int MAX_VLAN_TAGS = 2;

    private static final int PROTOCOL_TCP = 6;
    private static final int FRAGMENT = 6;
    private static final int PROTOCOL = 9;
    private static final int FRAGMENT_OFFSET_MASK = 0x1fff;

    private final Assembler out;

    HeaderSteps(Assembler out) {
        this.out = out;
    }

    /**
     * Goes on behind it with an IPv4 packet that carries TCP, R7 its fragment field; else to label {@code pass}, and with a piece
     * that has no ports to {@code later fragment}.
     *
     * @param linkBytes of the header before the IP header
     * @param scratch below R10, 4 bytes
     */
    void find(int linkBytes, int scratch) {
        out.move(R6, R1);
        findIp(linkBytes, scratch);
        checkHeader();
    }

    /** Steps over VLAN tags that lie in the packet. */
    private void findIp(int linkBytes, int scratch) {
        out.load(U32, R7, R6, SKB_PROTOCOL).fromNetworkOrder(R7, 16).move(R9, linkBytes);
        for (int tag = 0; tag < MAX_VLAN_TAGS; tag++) {
            out.jumpIf(R7, EQUAL, ETHERTYPE_IP, "ip")
                    .jumpIf(R7, EQUAL, ETHERTYPE_VLAN, "tag" + tag)
                    .jumpIf(R7, NOT_EQUAL, ETHERTYPE_SERVICE_VLAN, "pass")
                    .label("tag" + tag);
            loadBytes(R9, scratch, VLAN_TAG_BYTES, "pass");
            out.load(U16, R7, R10, scratch + 2).fromNetworkOrder(R7, 16).compute(ADD, R9, VLAN_TAG_BYTES);
        }
        out.jumpIf(R7, NOT_EQUAL, ETHERTYPE_IP, "pass").label("ip");
    }

    /** IPv4 that carries TCP. */
    private void checkHeader() {
        loadBytes(R9, HEADER, IP_HEADER_BYTES, "pass");
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

    /**
     * Copies bytes of the packet to the stack.
     *
     * @param to below R10
     * @param tooShort where a packet goes that does not have them
     */
    void loadBytes(Register offset, int to, int bytes, String tooShort) {
        if (offset != R2) {
            out.move(R2, offset);
        }
        out.move(R1, R6)
                .move(R3, R10)
                .compute(ADD, R3, to)
                .move(R4, bytes)
                .call(Helper.SKB_LOAD_BYTES)
                .jumpIf(R0, NOT_EQUAL, 0, tooShort);
    }

    /** Copies bytes of the TCP header, from a place in it on. */
    void loadTcp(int from, int to, int bytes, String tooShort) {
        out.move(R2, R9).compute(ADD, R2, R8);
        if (from > 0) {
            out.compute(ADD, R2, from);
        }
        loadBytes(R2, to, bytes, tooShort);
    }

    /**
     * Passes a packet without a port of {@link PortSet} there. What a change of byte order gives has no bounds to the verifier of
     * older kernels, 6.1 among them, so the mask says them.
     *
     * @param port below R10, 2 bytes in network order
     */
    void checkPort(BpfMap control, int port) {
        out.load(U16, R2, R10, port)
                .fromNetworkOrder(R2, 16)
                .move(R3, R2)
                .compute(SHIFT_RIGHT, R3, 3)
                .compute(AND, R3, ControlLayout.PORT_BYTES - 1)
                .loadValue(R1, control, 0)
                .compute(ADD, R1, R3)
                .load(U8, R4, R1, 0)
                .compute(AND, R2, 7)
                .compute(SHIFT_RIGHT, R4, R2)
                .compute(AND, R4, 1)
                .jumpIf(R4, EQUAL, 0, "pass");
    }

    /** What is there of the packet, from its IP header on. */
    void loadPresentBytes(Register to) {
        out.load(U32, to, R6, SKB_LEN).compute(SUBTRACT, to, R9);
    }

    /**
     * The bytes of data in the segment, more than 0; else goes to a label. The header of a long segment says that its length is 0.
     * Uses R2.
     *
     * @param dataOffset below R10, that byte of the TCP header
     * @param label names no other of the program's
     */
    void loadDataBytes(Register to, int dataOffset, String label, String none) {
        out.load(U16, to, R10, HEADER + TOTAL_LENGTH).fromNetworkOrder(to, 16).jumpIf(to, NOT_EQUAL, 0, label);
        loadPresentBytes(to);
        out.label(label)
                .load(U8, R2, R10, dataOffset)
                .compute(SHIFT_RIGHT, R2, 4)
                .compute(SHIFT_LEFT, R2, 2)
                .compute(ADD, R2, R8)
                .jumpIf(R2, GREATER, to, none)
                .compute(SUBTRACT, to, R2)
                .jumpIf(to, EQUAL, 0, none);
    }
}
