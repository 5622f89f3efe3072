/**
 * The capture backend for {@code ip_queue}, the kernel module of the rule {@code -j QUEUE} in Linux up to 3.4.
 *
 * <p>Follows {@code linux/netfilter_ipv4/ip_queue.h} and netlink(7); what the kernel does beyond its header is in
 * {@code docs/ip_queue.md}. Only {@link dev.intercept.ipqueue.IpQueueProvider} is for others to use.
 */
@NullMarked
package dev.intercept.ipqueue;

import org.jspecify.annotations.NullMarked;
