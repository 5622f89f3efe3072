/*
 * Sends forged responses of the target at a fixed rate, or as fast as it can.
 *
 *   generator RATE SECONDS SESSIONS MARK [BURST]
 *
 * RATE is packets a second, 0 for full speed. Each packet is 60 bytes: IPv4, TCP with a time stamp option, ACK set. The TCP
 * sequence number counts the packets; with MARK 1 the acknowledgement number is the time of sending in microseconds (never 0),
 * with MARK 0 it is 0: a warm-up that the client does not measure. Prints the packets sent, the microseconds it took and the
 * microseconds of CPU that it took, the kernel's work on its packets included.
 *
 * Paced in ticks of 100 us: at 50,000 a second 5 packets leave together, as they do from a server that answers. With BURST so many
 * leave together, and seldom enough that the rate is the same.
 */
#define _GNU_SOURCE
#include "common.h"
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#define TICK_US 100
#define PACKET_BYTES 60
#define BURST 64

struct packet {
    struct iphdr ip;
    struct tcphdr tcp;
    uint8_t options[20];
} __attribute__((packed));

static struct packet packets[BURST];
static struct sockaddr_in destinations[BURST];
static struct iovec vectors[BURST];
static struct mmsghdr messages[BURST];

static void prepare(void)
{
    for (int i = 0; i < BURST; i++) {
        struct packet *p = &packets[i];
        p->ip.version = 4;
        p->ip.ihl = 5;
        p->ip.tot_len = htons(PACKET_BYTES);
        p->ip.frag_off = htons(IP_DF);
        p->ip.ttl = 64;
        p->ip.protocol = IPPROTO_TCP;
        p->ip.saddr = inet_addr(TARGET);
        p->tcp.source = htons(TARGET_PORT);
        p->tcp.doff = (PACKET_BYTES - 20) / 4;
        p->tcp.ack = 1;
        p->tcp.window = htons(501);
        memset(p->options, 1, sizeof p->options);
        p->options[2] = 8;
        p->options[3] = 10;
        destinations[i].sin_family = AF_INET;
        vectors[i].iov_base = p;
        vectors[i].iov_len = PACKET_BYTES;
        messages[i].msg_hdr.msg_name = &destinations[i];
        messages[i].msg_hdr.msg_namelen = sizeof destinations[i];
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
}

static void send_burst(int fd, uint32_t first, int count, uint32_t sessions, int mark)
{
    uint32_t stamp = mark ? (uint32_t) now_us() | 1 : 0;
    for (int i = 0; i < count; i++) {
        uint32_t session = (first + i) % sessions;
        packets[i].ip.daddr = destinations[i].sin_addr.s_addr = client_address(session);
        packets[i].tcp.dest = client_port(session);
        packets[i].tcp.seq = htonl(first + i);
        packets[i].tcp.ack_seq = htonl(stamp);
    }
    /* A full queue or a dropping rule shows as EPERM or ENOBUFS for that packet: it was offered all the same. */
    for (int sent = 0; sent < count;) {
        int n = sendmmsg(fd, messages + sent, count - sent, 0);
        sent += n > 0 ? n : 1;
    }
}

static uint64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t) t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void sleep_until(uint64_t us)
{
    struct timespec t = {us / 1000000, us % 1000000 * 1000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

int main(int argc, char **argv)
{
    if (argc != 5 && argc != 6) {
        fprintf(stderr, "usage: generator RATE SECONDS SESSIONS MARK [BURST]\n");
        return 64;
    }
    uint64_t rate = number(argv[1], "RATE"), burst = argc == 6 ? number(argv[5], "BURST") : 0;
    uint64_t duration_us = number(argv[2], "SECONDS") * 1000000ull;
    uint32_t sessions = number(argv[3], "SESSIONS");
    int mark = number(argv[4], "MARK");
    int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    if (fd < 0) {
        die("raw socket");
    }
    int buffer = 64 << 20;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer);
    prctl(PR_SET_TIMERSLACK, 1);
    prepare();

    uint64_t tick_us = rate && burst ? burst * 1000000 / rate : TICK_US;
    uint64_t start = now_us(), now = start;
    uint32_t sent = 0;
    while (now - start < duration_us) {
        uint64_t ticks = (now - start) / tick_us + 1;
        uint64_t due = !rate ? sent + BURST : burst ? ticks * burst : (now - start + tick_us) * rate / 1000000;
        while (sent < due) {
            int count = due - sent < BURST ? due - sent : BURST;
            send_burst(fd, sent, count, sessions, mark);
            sent += count;
        }
        if (rate) {
            sleep_until(start + ((now_us() - start) / tick_us + 1) * tick_us);
        }
        now = now_us();
    }
    printf("%u %llu %llu\n", sent, (unsigned long long) (now - start), (unsigned long long) cpu_us());
    return 0;
}
