/**
 * Capture backend {@code nflog}: headers of packets that iptables' NFLOG target logs, many in one message, while the
 * kernel's own rules decide. Speaks nfnetlink_log, linux/netfilter/nfnetlink_log.h, itself.
 */
@NullMarked
package dev.intercept.nflog;

import org.jspecify.annotations.NullMarked;
