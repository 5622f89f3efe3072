/**
 * Capture backend {@code nfqueue}: packets that iptables' NFQUEUE target queues, with their verdicts from here. Speaks
 * nfnetlink_queue, linux/netfilter/nfnetlink_queue.h, itself.
 */
@NullMarked
package dev.intercept.nfqueue;

import org.jspecify.annotations.NullMarked;
