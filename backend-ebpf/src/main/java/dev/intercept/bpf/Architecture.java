package dev.intercept.bpf;

import java.util.Map;
import java.util.Optional;

/** Machines on which bpf(2) can be called: the C library has no function for it, so its number must be known. */
public final class Architecture {

    /** asm/unistd.h of each; names are those of the property {@code os.arch}. 64 bits wide all of them. */
    private static final Map<String, Integer> BPF_NUMBERS = Map.of(
            "amd64", 321,
            "x86_64", 321,
            "aarch64", 280,
            "riscv64", 280,
            "loongarch64", 280,
            "ppc64", 361,
            "ppc64le", 361,
            "s390x", 351);

    private Architecture() {}

    /** The number of bpf(2) on the machine of that name; empty where it is not known. */
    public static Optional<Integer> bpfNumber(String name) {
        return Optional.ofNullable(BPF_NUMBERS.get(name));
    }
}
