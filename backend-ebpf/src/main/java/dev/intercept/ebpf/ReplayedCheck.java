package dev.intercept.ebpf;

import static dev.intercept.bpf.Assembler.Operation.ADD;
import static dev.intercept.bpf.Assembler.Operation.AND;
import static dev.intercept.bpf.Assembler.Operation.SHIFT_RIGHT;
import static dev.intercept.bpf.Assembler.Operation.SUBTRACT;
import static dev.intercept.bpf.Assembler.Size.U16;
import static dev.intercept.bpf.Assembler.Size.U32;
import static dev.intercept.bpf.Assembler.Size.U64;
import static dev.intercept.bpf.Assembler.Size.U8;
import static dev.intercept.bpf.Assembler.Test.EQUAL;
import static dev.intercept.bpf.Assembler.Test.LESS;
import static dev.intercept.bpf.Assembler.Test.NOT_EQUAL;
import static dev.intercept.bpf.Register.R0;
import static dev.intercept.bpf.Register.R1;
import static dev.intercept.bpf.Register.R10;
import static dev.intercept.bpf.Register.R2;
import static dev.intercept.bpf.Register.R3;
import static dev.intercept.bpf.Register.R4;
import static dev.intercept.bpf.Register.R6;
import static dev.intercept.bpf.Register.R8;
import static dev.intercept.bpf.Register.R9;

import dev.intercept.bpf.Assembler;
import dev.intercept.bpf.BpfMap;
import dev.intercept.bpf.Helper;
import dev.intercept.bpf.Register;

/**
 * The part of {@link AnswerProgram} that lets answers of sessions pass that nobody replays. A SYN/ACK may be before its route, and
 * so may the RST that refuses a connection: of a session without a route these are stopped for a while, the rest passes.
 */
final class ReplayedCheck {

    private static final int TCP_FLAGS = 13;
    private static final int SYN_OR_RST = 0x06;

    /** Nanoseconds are compared in steps of 2^20, a millisecond or so: an immediate has 31 bits. */
    private static final int STEP_BITS = 20;

    /** So long after its first SYN/ACK a session without a route is taken for the same one: a server repeats it until then. */
    private static final long SAME_NS = 64_000_000_000L;

    private final Assembler out;
    private final StackEights eights;
    private final BpfMap control;
    private final ReplayedMaps maps;
    private final int key;
    private final int value;

    /** @param key below R10: 16 bytes at a multiple of 8; @param value below R10: 8 bytes at a multiple of 8 */
    ReplayedCheck(Assembler out, BpfMap control, ReplayedMaps maps, int key, int value) {
        this.out = out;
        this.eights = new StackEights(out);
        this.control = control;
        this.maps = maps;
        this.key = key;
        this.value = value;
    }

    /**
     * Goes on to label {@code replayed}, or to {@code pass}. R6, R8 and R9 as {@link AnswerProgram} has them; R7 is kept.
     *
     * @param source below R10, the packet's source address, its destination behind it
     * @param ports below R10, the packet's
     * @param scratch below R10, a byte that nobody stores a register in
     */
    void write(int source, int ports, int scratch, long holdNs) {
        eights.copy(key + RouteKey.CLIENT, source + Integer.BYTES, source);
        eights.copy(key + RouteKey.PORTS, ports);
        translate();
        jumpIfRouted();
        tryOpenRoutes(ports);
        stopAllForNow();
        passUnlessHandshake(scratch);
        hold(ports, holdNs);
        out.label("replayed");
    }

    /** From what packets call the two hosts to what routes do. */
    private void translate() {
        loadControl(U32, R1, ControlLayout.HAS_TRANSLATION);
        out.jumpIf(R1, EQUAL, 0, "translated");
        translate(RouteKey.CLIENT, R1, RouteKey.TARGET, R2);
        translate(RouteKey.TARGET, R2, RouteKey.CLIENT, R1);
        out.label("translated");
    }

    private void translate(int address, Register place, int other, Register otherPlace) {
        out.loadMap(R1, maps.translation())
                .move(R2, R10)
                .compute(ADD, R2, key + address)
                .call(Helper.MAP_LOOKUP_ELEM)
                .jumpIf(R0, EQUAL, 0, "same" + address)
                .load(U32, place, R0, 0)
                .load(U32, otherPlace, R10, key + other);
        eights.put(key);
        out.label("same" + address);
    }

    private void jumpIfRouted() {
        lookUp(maps.routes());
        out.jumpIf(R0, NOT_EQUAL, 0, "replayed");
    }

    private void lookUp(BpfMap map) {
        at(map);
        out.call(Helper.MAP_LOOKUP_ELEM);
    }

    private void at(BpfMap map) {
        out.loadMap(R1, map).move(R2, R10).compute(ADD, R2, key);
    }

    /** To any address of the port, then to any target. */
    private void tryOpenRoutes(int ports) {
        loadControl(U32, R1, ControlLayout.OPEN_ROUTES);
        out.jumpIf(R1, EQUAL, 0, "unknown");
        eights.copy(key + RouteKey.CLIENT, key + RouteKey.CLIENT);
        jumpIfRouted();
        eights.clear(key + RouteKey.PORTS);
        out.load(U16, R1, R10, ports + Short.BYTES).store(U16, R10, key + RouteKey.CLIENT_PORT, R1);
        jumpIfRouted();
        out.label("unknown");
    }

    private void loadControl(Assembler.Size size, Register to, int off) {
        out.loadValue(to, control, off).load(size, to, to, 0);
    }

    /** When there are routes that the map has no room for, and just after a start, when sessions of before are unknown. */
    private void stopAllForNow() {
        loadControl(U64, R1, ControlLayout.UNLISTED);
        out.jumpIf(R1, EQUAL, 0, "all are listed")
                .loadValue(R1, control, ControlLayout.STOPPED_UNLISTED)
                .move(R2, 1)
                .addAtomically(R1, 0, R2)
                .jump("replayed")
                .label("all are listed")
                .call(Helper.KTIME_GET_NS)
                .store(U64, R10, value, R0);
        loadControl(U64, R1, ControlLayout.ALL_UNTIL);
        out.jumpIf(R0, LESS, R1, "replayed");
    }

    /** What is too short to have flags is held too. Of the key the client stays. */
    private void passUnlessHandshake(int scratch) {
        out.move(R1, R6)
                .move(R2, R9)
                .compute(ADD, R2, R8)
                .compute(ADD, R2, TCP_FLAGS)
                .move(R3, R10)
                .compute(ADD, R3, scratch)
                .move(R4, 1)
                .call(Helper.SKB_LOAD_BYTES)
                .jumpIf(R0, NOT_EQUAL, 0, "handshake")
                .load(U8, R1, R10, scratch)
                .compute(AND, R1, SYN_OR_RST)
                .jumpIf(R1, EQUAL, 0, "pass")
                .label("handshake");
    }

    private void hold(int ports, long holdNs) {
        out.load(U32, R1, R10, key + RouteKey.CLIENT);
        eights.clear(key);
        out.load(U16, R2, R10, ports + Short.BYTES)
                .store(U16, R10, key + Integer.BYTES + Short.BYTES, R2)
                .store(U32, R10, key, R1);
        lookUp(maps.unknown());
        out.jumpIf(R0, EQUAL, 0, "first")
                .load(U64, R2, R10, value)
                .load(U64, R1, R0, 0)
                .compute(SUBTRACT, R2, R1)
                .compute(SHIFT_RIGHT, R2, STEP_BITS)
                .jumpIf(R2, LESS, (int) (holdNs >>> STEP_BITS), "replayed")
                .jumpIf(R2, LESS, (int) (SAME_NS >>> STEP_BITS), "pass")
                .label("first");
        at(maps.unknown());
        out.move(R3, R10).compute(ADD, R3, value).move(R4, 0).call(Helper.MAP_UPDATE_ELEM);
    }
}
