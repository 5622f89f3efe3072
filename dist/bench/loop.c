/*
 * The two loops that intercept is measured against, on NFQUEUE 0.
 *
 *   loop one      as the C intercept works: per packet one select, one recv, one verdict; frames are written in batches of up to
 *                 16, or when the millisecond has changed, and every 2 ms
 *   loop batched  the floor: recvmmsg of up to 64, one verdict batch, one write
 *
 * Both keep routes in a hash table, copy 64 (one) or 128 (batched) bytes of each packet, drop every packet. They serve one tunnel
 * of tcpcopy 1.x and trust it. Prints "ready" when the queue is bound and the port is open.
 */
#define _GNU_SOURCE
#include "common.h"
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>

#define TABLE_SLOTS (1 << 22)
#define SLOTS 64
#define SLOT_BYTES 512
#define QUEUE_LENGTH 8192

struct session {
    uint64_t client;
    uint64_t target;
};

static struct session *table;
static uint8_t out[2 + BATCH_LIMIT * MESSAGE_BYTES];
static uint8_t big[SLOTS * (2 + MESSAGE_BYTES)];
static int out_count, tunnel = -1;
static uint64_t written_ms;

static uint32_t slot_of(uint64_t client, uint64_t target)
{
    return (client * 0x9e3779b97f4a7c15ull ^ target * 0xc2b2ae3d27d4eb4full) >> 42;
}

static void add(uint64_t client, uint64_t target)
{
    uint32_t i = slot_of(client, target);
    while (table[i].client && (table[i].client != client || table[i].target != target)) {
        i = (i + 1) % TABLE_SLOTS;
    }
    table[i] = (struct session) {client, target};
}

static int has_route(const uint8_t *ip)
{
    uint32_t from, to;
    uint16_t from_port, to_port;
    memcpy(&from, ip + 12, 4);
    memcpy(&to, ip + 16, 4);
    memcpy(&from_port, ip + 20, 2);
    memcpy(&to_port, ip + 22, 2);
    uint64_t client = (uint64_t) to << 16 | to_port, target = (uint64_t) from << 16 | from_port;
    for (uint32_t i = slot_of(client, target); table[i].client; i = (i + 1) % TABLE_SLOTS) {
        if (table[i].client == client && table[i].target == target) {
            return 1;
        }
    }
    return 0;
}

static void read_records(void)
{
    static uint8_t bytes[RECORD_BYTES * 4096];
    static size_t held;
    ssize_t n = recv(tunnel, bytes + held, sizeof bytes - held, MSG_DONTWAIT);
    if (n == 0) {
        exit(0);
    }
    held += n > 0 ? n : 0;
    size_t at = 0;
    for (; held - at >= RECORD_BYTES; at += RECORD_BYTES) {
        uint32_t client, target;
        uint16_t client_p, target_p;
        memcpy(&client, bytes + at, 4);
        memcpy(&client_p, bytes + at + 4, 2);
        memcpy(&target, bytes + at + 8, 4);
        memcpy(&target_p, bytes + at + 12, 2);
        if (client) {
            add((uint64_t) client << 16 | client_p, (uint64_t) target << 16 | target_p);
        }
    }
    memmove(bytes, bytes + at, held - at);
    held -= at;
}

static void send_frames(uint8_t *frames, int count)
{
    frames[0] = count >> 8;
    frames[1] = count;
    if (send(tunnel, frames, 2 + count * MESSAGE_BYTES, 0) < 0) {
        exit(0);
    }
}

static void put_frame(uint8_t *frames, int index, const uint8_t *ip, size_t bytes)
{
    size_t copied = bytes < MESSAGE_BYTES ? bytes : MESSAGE_BYTES;
    uint8_t *frame = frames + 2 + index * MESSAGE_BYTES;
    memcpy(frame, ip, copied);
    memset(frame + copied, 0, MESSAGE_BYTES - copied);
}

/* netlink */

static int queue_fd;
static uint32_t port_id;

struct request {
    struct nlmsghdr nl;
    struct nfgenmsg nf;
    uint8_t attributes[64];
};

static void begin(struct request *r, int type, int flags)
{
    memset(r, 0, sizeof *r);
    r->nl.nlmsg_len = sizeof r->nl + sizeof r->nf;
    r->nl.nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | type;
    r->nl.nlmsg_flags = NLM_F_REQUEST | flags;
    r->nf.version = NFNETLINK_V0;
}

static void attribute(struct request *r, int type, const void *value, int bytes)
{
    struct nlattr *a = (void *) ((uint8_t *) r + r->nl.nlmsg_len);
    a->nla_type = type;
    a->nla_len = sizeof *a + bytes;
    memcpy(a + 1, value, bytes);
    r->nl.nlmsg_len += (a->nla_len + 3) & ~3;
}

static void configure(int type, const void *value, int bytes)
{
    struct request r;
    begin(&r, NFQNL_MSG_CONFIG, NLM_F_ACK);
    attribute(&r, type, value, bytes);
    uint8_t reply[256];
    if (send(queue_fd, &r, r.nl.nlmsg_len, 0) < 0 || recv(queue_fd, reply, sizeof reply, 0) < 0) {
        die("queue");
    }
    int error = -((struct nlmsgerr *) (reply + sizeof(struct nlmsghdr)))->error;
    if (error) {
        errno = error;
        die("queue");
    }
}

static void open_queue(int copy_range)
{
    struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    socklen_t length = sizeof address;
    queue_fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
    if (queue_fd < 0 || bind(queue_fd, (void *) &address, sizeof address) < 0) {
        die("netlink socket");
    }
    getsockname(queue_fd, (void *) &address, &length);
    port_id = address.nl_pid;
    int buffer = 16 << 20, on = 1;
    setsockopt(queue_fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
    setsockopt(queue_fd, 270, 5, &on, sizeof on);
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    connect(queue_fd, (void *) &kernel, sizeof kernel);
    configure(NFQA_CFG_CMD, &(struct nfqnl_msg_config_cmd) {.command = NFQNL_CFG_CMD_BIND, .pf = htons(AF_INET)}, 4);
    configure(NFQA_CFG_PARAMS,
              &(struct nfqnl_msg_config_params) {.copy_range = htonl(copy_range), .copy_mode = NFQNL_COPY_PACKET}, 5);
    uint32_t queue_length = htonl(QUEUE_LENGTH);
    configure(NFQA_CFG_QUEUE_MAXLEN, &queue_length, 4);
}

static void verdict(int type, uint32_t id)
{
    struct request r;
    begin(&r, type, 0);
    attribute(&r, NFQA_VERDICT_HDR, &(struct nfqnl_msg_verdict_hdr) {.verdict = htonl(NF_DROP), .id = id}, 8);
    if (send(queue_fd, &r, r.nl.nlmsg_len, 0) < 0) {
        die("verdict");
    }
}

/* The packet's bytes within one message, and its id in network order. */
static const uint8_t *parse(const uint8_t *message, uint32_t *id, size_t *bytes)
{
    const struct nlmsghdr *nl = (const void *) message;
    const uint8_t *at = message + sizeof *nl + sizeof(struct nfgenmsg), *end = message + nl->nlmsg_len, *payload = NULL;
    while (at + sizeof(struct nlattr) <= end) {
        const struct nlattr *a = (const void *) at;
        if (a->nla_type == NFQA_PACKET_HDR) {
            memcpy(id, a + 1, 4);
        } else if (a->nla_type == NFQA_PAYLOAD) {
            payload = (const uint8_t *) (a + 1);
            *bytes = a->nla_len - sizeof *a;
        }
        at += (a->nla_len + 3) & ~3;
    }
    return payload;
}

static void flush_one(void)
{
    if (out_count) {
        send_frames(out, out_count);
        out_count = 0;
    }
}

static void run_one_by_one(void)
{
    static uint8_t message[65536];
    uint64_t flushed_ms = 0;
    for (;;) {
        fd_set set;
        FD_ZERO(&set);
        FD_SET(queue_fd, &set);
        FD_SET(tunnel, &set);
        struct timeval wait = {0, 2000};
        select((queue_fd > tunnel ? queue_fd : tunnel) + 1, &set, NULL, NULL, &wait);
        uint64_t ms = now_us() / 1000;
        if (FD_ISSET(tunnel, &set)) {
            read_records();
        }
        if (FD_ISSET(queue_fd, &set)) {
            uint32_t id = 0;
            size_t bytes = 0;
            if (recv(queue_fd, message, sizeof message, 0) > 0) {
                const uint8_t *ip = parse(message, &id, &bytes);
                if (ip && bytes >= 40 && has_route(ip)) {
                    put_frame(out, out_count++, ip, bytes);
                    if (out_count == BATCH_LIMIT || ms != written_ms) {
                        flush_one();
                    }
                    written_ms = ms;
                }
                verdict(NFQNL_MSG_VERDICT, id);
            }
        }
        if (ms - flushed_ms >= 2) {
            flush_one();
            flushed_ms = ms;
        }
    }
}

static void run_batched(void)
{
    static uint8_t slots[SLOTS][SLOT_BYTES];
    struct iovec vectors[SLOTS];
    struct mmsghdr messages[SLOTS];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < SLOTS; i++) {
        vectors[i] = (struct iovec) {slots[i], SLOT_BYTES};
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    struct pollfd fds[2] = {{queue_fd, POLLIN, 0}, {tunnel, POLLIN, 0}};
    for (;;) {
        poll(fds, 2, 100);
        if (fds[1].revents) {
            read_records();
        }
        int n = recvmmsg(queue_fd, messages, SLOTS, MSG_DONTWAIT, NULL);
        uint32_t id = 0;
        uint8_t *at = big;
        int count = 0;
        for (int i = 0; i < n; i++) {
            size_t bytes = 0;
            const uint8_t *ip = parse(slots[i], &id, &bytes);
            if (ip && bytes >= 40 && has_route(ip)) {
                put_frame(at, count++, ip, bytes);
            }
            if (count == BATCH_LIMIT || (count && i == n - 1)) {
                at[0] = 0;
                at[1] = count;
                at += 2 + count * MESSAGE_BYTES;
                count = 0;
            }
        }
        if (n > 0) {
            verdict(NFQNL_MSG_VERDICT_BATCH, id);
        }
        if (at != big && send(tunnel, big, at - big, 0) < 0) {
            exit(0);
        }
    }
}

int main(int argc, char **argv)
{
    int batched = argc == 2 && !strcmp(argv[1], "batched");
    if (argc != 2 || (!batched && strcmp(argv[1], "one"))) {
        fprintf(stderr, "usage: loop one|batched\n");
        return 64;
    }
    table = calloc(TABLE_SLOTS, sizeof *table);
    open_queue(batched ? 128 : 64);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(TUNNEL_PORT)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (void *) &address, sizeof address) < 0 || listen(listener, 8) < 0) {
        die("listen");
    }
    printf("ready\n");
    fflush(stdout);
    tunnel = accept(listener, NULL, NULL);
    setsockopt(tunnel, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (batched) {
        run_batched();
    } else {
        run_one_by_one();
    }
}
