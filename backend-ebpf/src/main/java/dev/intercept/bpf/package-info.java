/** bpf(2): programs as values, maps, and the kernel's verdict on both. */
@NullMarked
package dev.intercept.bpf;

import org.jspecify.annotations.NullMarked;
