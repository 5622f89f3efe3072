package dev.intercept.pcap;

/** Whether a network device can show packets now. */
enum DeviceState {
    UP,
    DOWN,
    /** There is no device of that name. */
    GONE,
    /** Nobody can say: there is no file descriptor to ask with. */
    UNKNOWN
}
