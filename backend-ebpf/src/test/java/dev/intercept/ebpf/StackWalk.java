package dev.intercept.ebpf;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.bpf.Program;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Goes all ways through a program's listing and looks at what is written on its stack, as an older kernel's verifier does: in an eight of
 * bytes at whose beginning a register, or a number other than 0, was stored nothing is written until all of it is.
 */
final class StackWalk {

    private static final Pattern LINE = Pattern.compile(" *(\\d+): (.*)");
    private static final Pattern STORE = Pattern.compile("u(\\d+) \\[r10 - (\\d+)\\] = (.*)");
    private static final Pattern GOTO = Pattern.compile("(if .* )?goto (\\d+)");
    private static final Pattern PLACE = Pattern.compile("r3 \\+= -(\\d+)");
    private static final int WHOLE = 64;

    /** What is known at an instruction: the eights that must be written whole, and the one that R3 points to. */
    private record State(int instruction, Set<Integer> kept, int place) {}

    private final TreeMap<Integer, String> lines = new TreeMap<>();
    private final Set<State> seen = new HashSet<>();
    private final Deque<State> next = new ArrayDeque<>();
    private int ends;

    StackWalk(Program program) {
        for (String line : program.listing().lines().toList()) {
            Matcher matcher = LINE.matcher(line);
            assertTrue(matcher.matches(), line);
            lines.put(Integer.parseInt(matcher.group(1)), matcher.group(2));
        }
    }

    /** How many ways there are to an end, of those that differ in what they wrote. */
    int ends() {
        next.add(new State(0, Set.of(), 0));
        while (!next.isEmpty()) {
            State state = next.remove();
            if (seen.add(state)) {
                step(state);
            }
        }
        return ends;
    }

    private void step(State state) {
        String line = lines.get(state.instruction);
        Matcher jump = GOTO.matcher(line);
        if (line.equals("exit")) {
            ends++;
        } else if (jump.matches()) {
            goOn(Integer.parseInt(jump.group(2)), state.kept, state.place);
            if (jump.group(1) != null) {
                goOn(behind(state), state.kept, state.place);
            }
        } else {
            Matcher place = PLACE.matcher(line);
            goOn(behind(state), kept(state, line), place.matches() ? eight(place.group(1)) : state.place);
        }
    }

    private Set<Integer> kept(State state, String line) {
        Matcher store = STORE.matcher(line);
        if (line.contains("skb_load_bytes") && state.place > 0) {
            assertFalse(state.kept.contains(state.place), () -> state.instruction + ": " + line);
        }
        if (!store.matches()) {
            return state.kept;
        }
        int eight = eight(store.group(2));
        boolean isWhole = Integer.parseInt(store.group(1)) == WHOLE;
        assertFalse(!isWhole && state.kept.contains(eight), () -> state.instruction + ": " + line);
        Set<Integer> kept = new TreeSet<>(state.kept);
        boolean isAtBeginning = eight == Integer.parseInt(store.group(2));
        if (isAtBeginning && !store.group(3).equals("0")) {
            kept.add(eight);
        } else if (isWhole) {
            kept.remove(eight);
        }
        return kept;
    }

    private void goOn(int instruction, Set<Integer> kept, int place) {
        next.add(new State(instruction, kept, place));
    }

    private int behind(State state) {
        return lines.higherKey(state.instruction);
    }

    /** By its beginning, below R10. */
    private static int eight(String below) {
        return (Integer.parseInt(below) + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
    }
}
