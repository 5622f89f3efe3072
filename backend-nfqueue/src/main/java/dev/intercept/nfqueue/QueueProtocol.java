package dev.intercept.nfqueue;

/** Numbers of the nfnetlink_queue protocol, linux/netfilter/nfnetlink_queue.h and nfnetlink.h. */
final class QueueProtocol {

    /** {@code NFNL_SUBSYS_QUEUE} */
    static final int SUBSYSTEM = 3;

    static final int NFQNL_MSG_PACKET = 0;
    static final int NFQNL_MSG_VERDICT = 1;
    static final int NFQNL_MSG_CONFIG = 2;
    static final int NFQNL_MSG_VERDICT_BATCH = 3;

    static final int NF_DROP = 0;
    static final int NF_ACCEPT = 1;

    /** In /proc/net/netfilter. */
    static final String PROC_TABLE = "nfnetlink_queue";

    private QueueProtocol() {}
}
