/** bpf(2): programs as values, maps, and the kernel's verdict on both. */
package dev.intercept.bpf;
