package dev.intercept.tc;

/**
 * A filter of traffic control on a device.
 *
 * @param preference its place among the filters, from 1 on
 * @param kind {@code "bpf"}, {@code "flower"} and so on
 * @param name that it was attached with; empty where its kind has none
 */
public record Filter(int preference, int handle, String kind, String name) {}
