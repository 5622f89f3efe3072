package dev.intercept.nflog;

/** Numbers of the nfnetlink_log protocol, linux/netfilter/nfnetlink_log.h and nfnetlink.h. */
final class LogProtocol {

    /** {@code NFNL_SUBSYS_ULOG} */
    static final int SUBSYSTEM = 4;

    static final int NFULNL_MSG_PACKET = 0;
    static final int NFULNL_MSG_CONFIG = 1;

    /** Packets in one message, u32 big-endian: the least of this one and the rule's is what counts. */
    static final int NFULA_CFG_QTHRESH = 5;

    /** In /proc/net/netfilter. */
    static final String PROC_TABLE = "nfnetlink_log";

    private LogProtocol() {}
}
