package dev.intercept.ebpf;

import static dev.intercept.bpf.Assembler.Operation.ADD;
import static dev.intercept.bpf.Assembler.Operation.SUBTRACT;
import static dev.intercept.bpf.Assembler.Size.U32;
import static dev.intercept.bpf.Assembler.Size.U64;
import static dev.intercept.bpf.Assembler.Test.EQUAL;
import static dev.intercept.bpf.Register.R0;
import static dev.intercept.bpf.Register.R1;
import static dev.intercept.bpf.Register.R10;
import static dev.intercept.bpf.Register.R2;
import static dev.intercept.bpf.Register.R8;

import dev.intercept.bpf.Assembler;
import dev.intercept.bpf.BpfMap;
import dev.intercept.bpf.Helper;

/**
 * The part of {@link AnswerProgram} that looks how long after its request an answer with data comes. What {@link RequestProgram}
 * noted is used up by the first one.
 */
final class AnswerTiming {

    /** From the acknowledgement number to the flags. */
    private static final int LOADED_BYTES = HeaderSteps.TCP_FLAGS + 1 - HeaderSteps.TCP_ACKNOWLEDGEMENT;

    private final Assembler out;
    private final HeaderSteps headers;
    private final BpfMap requests;
    private final int key;

    /** @param key below R10: 16 bytes at a multiple of 8 */
    AnswerTiming(Assembler out, HeaderSteps headers, BpfMap requests, int key) {
        this.out = out;
        this.headers = headers;
        this.requests = requests;
        this.key = key;
    }

    /**
     * Writes the delay in nanoseconds where there is one. R8 may be lost, R7 is kept.
     *
     * @param ports below R10, the packet's
     * @param tcp below R10, 8 bytes of scratch
     * @param delay below R10, 8 bytes
     */
    void write(int ports, int tcp, int delay) {
        headers.loadTcp(HeaderSteps.TCP_ACKNOWLEDGEMENT, tcp, LOADED_BYTES, "timed");
        headers.loadDataBytes(R1, tcp + HeaderSteps.TCP_DATA_OFFSET - HeaderSteps.TCP_ACKNOWLEDGEMENT, "data", "timed");
        lookUp(ports);
        out.jumpIf(R0, EQUAL, 0, "timed")
                .move(R8, R0)
                .load(U64, R1, R8, RequestLayout.ARRIVED)
                .jumpIf(R1, EQUAL, 0, "timed")
                .store(U64, R10, delay, R1)
                .call(Helper.KTIME_GET_NS)
                .load(U64, R1, R10, delay)
                .compute(SUBTRACT, R0, R1)
                .store(U64, R10, delay, R0)
                .store(U64, R8, RequestLayout.ARRIVED, 0)
                .load(U32, R1, R10, tcp)
                .fromNetworkOrder(R1, Integer.SIZE)
                .store(U32, R8, RequestLayout.NEXT, R1)
                .label("timed");
    }

    private void lookUp(int ports) {
        StackEights eights = new StackEights(out);
        eights.copy(key, HeaderSteps.HEADER + HeaderSteps.DESTINATION, HeaderSteps.HEADER + HeaderSteps.SOURCE);
        eights.copy(key + RouteKey.PORTS, ports);
        out.loadMap(R1, requests).move(R2, R10).compute(ADD, R2, key).call(Helper.MAP_LOOKUP_ELEM);
    }
}
