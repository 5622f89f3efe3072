/** rtnetlink(7): devices, and the filters of traffic control that run programs of bpf(2) on their packets. */
@NullMarked
package dev.intercept.tc;

import org.jspecify.annotations.NullMarked;
