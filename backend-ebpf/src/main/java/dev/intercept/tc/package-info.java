/** rtnetlink(7): devices, and the filters of traffic control that run programs of bpf(2) on their packets. */
package dev.intercept.tc;
