/**
 * Capture backend {@code nfqueue}: packets that iptables' NFQUEUE target queues, with their verdicts from here. Speaks
 * nfnetlink_queue, linux/netfilter/nfnetlink_queue.h, itself.
 */
package dev.intercept.nfqueue;
