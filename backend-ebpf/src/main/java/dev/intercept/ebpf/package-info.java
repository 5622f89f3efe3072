/**
 * Capture by a program of the kernel's own: a classifier of traffic control stops answers where they leave the host, and puts
 * their headers into rings that are read without system calls.
 */
@NullMarked
package dev.intercept.ebpf;

import org.jspecify.annotations.NullMarked;
