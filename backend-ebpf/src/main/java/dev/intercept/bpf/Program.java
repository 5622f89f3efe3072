package dev.intercept.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Instructions in their order; jumps lead inside. */
public record Program(List<Instruction> instructions) {

    public Program {
        instructions = List.copyOf(instructions);
    }

    /** As the kernel of a machine of that byte order takes it. */
    public byte[] bytes(ByteOrder order) {
        ByteBuffer out =
                ByteBuffer.allocate(instructions.size() * Instruction.BYTES).order(order);
        instructions.forEach(instruction -> instruction.put(out));
        return out.array();
    }

    /** One line an instruction, with its number. */
    public String listing() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < instructions.size(); i++) {
            String text = instructions.get(i).text();
            if (!text.isEmpty()) {
                lines.append(String.format("%4d: %s%n", i, text));
            }
        }
        return lines.toString();
    }
}
