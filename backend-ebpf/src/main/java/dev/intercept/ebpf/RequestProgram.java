package dev.intercept.ebpf;

import static dev.intercept.bpf.Assembler.Operation.ADD;
import static dev.intercept.bpf.Assembler.Operation.AND;
import static dev.intercept.bpf.Assembler.Operation.SHIFT_LEFT;
import static dev.intercept.bpf.Assembler.Operation.SHIFT_RIGHT;
import static dev.intercept.bpf.Assembler.Operation.SUBTRACT;
import static dev.intercept.bpf.Assembler.Size.U32;
import static dev.intercept.bpf.Assembler.Size.U64;
import static dev.intercept.bpf.Assembler.Size.U8;
import static dev.intercept.bpf.Assembler.Test.EQUAL;
import static dev.intercept.bpf.Assembler.Test.GREATER;
import static dev.intercept.bpf.Assembler.Test.NOT_EQUAL;
import static dev.intercept.bpf.Register.R0;
import static dev.intercept.bpf.Register.R1;
import static dev.intercept.bpf.Register.R10;
import static dev.intercept.bpf.Register.R2;
import static dev.intercept.bpf.Register.R3;
import static dev.intercept.bpf.Register.R4;
import static dev.intercept.bpf.Register.R7;
import static dev.intercept.bpf.Register.R8;
import static dev.intercept.bpf.Register.R9;

import dev.intercept.bpf.Assembler;
import dev.intercept.bpf.BpfMap;
import dev.intercept.bpf.Helper;
import dev.intercept.bpf.Program;

/**
 * The program that takes the time of requests: of what IPv4 and TCP carry to one of the ports, when the latest new data came, by
 * session, for {@link AnswerProgram} to find. All packets go on to the next filter untouched.
 *
 * <pre>
 *   R7 bytes of data, then the number behind them   R8 length of the IP header, then the sequence number   R9 IP header, then the value
 * </pre>
 */
final class RequestProgram {

    private static final int FLAG_SYN = 0x02;

    /** Of the differences between two sequence numbers: those above are of numbers that are behind, RFC 9293, 3.4. */
    private static final int LARGEST_AHEAD = Integer.MAX_VALUE;

    /** The stack, below R10: the TCP header's first 14 bytes, the key, the value. */
    private static final int TCP = -40;

    private static final int TCP_BYTES = HeaderSteps.TCP_FLAGS + 1;
    private static final int KEY = -56;
    private static final int VALUE = -72;

    private final Assembler out = new Assembler();
    private final HeaderSteps headers = new HeaderSteps(out);
    private final BpfMap control;
    private final BpfMap requests;

    private RequestProgram(BpfMap control, BpfMap requests) {
        this.control = control;
        this.requests = requests;
    }

    /**
     * For devices of one kind.
     *
     * @param control {@link ControlLayout}
     * @param requests {@link RequestLayout}
     * @param linkBytes of the header before the IP header, 14 for Ethernet, 0 for a device without one
     */
    static Program build(BpfMap control, BpfMap requests, int linkBytes) {
        return new RequestProgram(control, requests).build(linkBytes);
    }

    private Program build(int linkBytes) {
        headers.find(linkBytes, TCP);
        out.compute(AND, R7, HeaderSteps.MORE_FRAGMENTS).jumpIf(R7, NOT_EQUAL, 0, "pass");
        headers.loadTcp(0, TCP, TCP_BYTES, "pass");
        headers.checkPort(control, TCP + Short.BYTES);
        out.load(U8, R1, R10, TCP + HeaderSteps.TCP_FLAGS)
                .compute(AND, R1, FLAG_SYN)
                .jumpIf(R1, NOT_EQUAL, 0, "SYN");
        headers.loadDataBytes(R7, TCP + HeaderSteps.TCP_DATA_OFFSET, "length", "pass");
        onData();
        out.label("SYN");
        onSyn();
        return out.label("later fragment")
                .label("pass")
                .move(R0, AnswerProgram.TC_ACT_UNSPEC)
                .exit()
                .build();
    }

    /** R8 is then the sequence number, R0 what the map has. */
    private void lookUp() {
        StackEights eights = new StackEights(out);
        eights.copy(KEY, HeaderSteps.HEADER + HeaderSteps.SOURCE, HeaderSteps.HEADER + HeaderSteps.DESTINATION);
        eights.copyPorts(KEY + RouteKey.PORTS, TCP + Short.BYTES, TCP);
        out.load(U32, R8, R10, TCP + HeaderSteps.TCP_SEQUENCE)
                .fromNetworkOrder(R8, Integer.SIZE)
                .loadMap(R1, requests)
                .move(R2, R10)
                .compute(ADD, R2, KEY)
                .call(Helper.MAP_LOOKUP_ELEM);
    }

    private void onData() {
        lookUp();
        out.compute(ADD, R7, R8).move(R9, R0).jumpIf(R9, EQUAL, 0, "new session");
        out.move(R1, R7);
        aheadOfNext();
        out.jumpIf(R1, EQUAL, 0, "pass")
                .jumpIf(R1, GREATER, LARGEST_AHEAD, "pass")
                .call(Helper.KTIME_GET_NS)
                .store(U64, R9, RequestLayout.ARRIVED, R0)
                .move(R1, R8);
        aheadOfNext();
        out.jumpIf(R1, EQUAL, 0, "without a gap")
                .jumpIf(R1, GREATER, LARGEST_AHEAD, "without a gap")
                .jump("pass")
                .label("without a gap")
                .store(U32, R9, RequestLayout.NEXT, R7)
                .jump("pass");
        begin();
    }

    /** R1 is then how far its number is ahead of the one that is expected, modulo 2^32. */
    private void aheadOfNext() {
        out.load(U32, R2, R9, RequestLayout.NEXT)
                .compute(SUBTRACT, R1, R2)
                .compute(SHIFT_LEFT, R1, Integer.SIZE)
                .compute(SHIFT_RIGHT, R1, Integer.SIZE);
    }

    private void begin() {
        out.label("new session")
                .call(Helper.KTIME_GET_NS)
                .store(U64, R10, VALUE + RequestLayout.ARRIVED, R0)
                .store(U64, R10, VALUE + RequestLayout.NEXT, 0)
                .store(U32, R10, VALUE + RequestLayout.NEXT, R7)
                .loadMap(R1, requests)
                .move(R2, R10)
                .compute(ADD, R2, KEY)
                .move(R3, R10)
                .compute(ADD, R3, VALUE)
                .move(R4, 0)
                .call(Helper.MAP_UPDATE_ELEM)
                .jump("pass");
    }

    /** The client uses its port again: its numbers have nothing to do with those of before. */
    private void onSyn() {
        lookUp();
        out.jumpIf(R0, EQUAL, 0, "pass")
                .store(U64, R0, RequestLayout.ARRIVED, 0)
                .compute(ADD, R8, 1)
                .store(U32, R0, RequestLayout.NEXT, R8);
    }
}
