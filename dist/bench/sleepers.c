/*
 * Many tcpcopy clients that read now and then: what waits for them is the server's to keep.
 *
 *   sleepers TUNNELS SESSIONS READ_MS CYCLE_MS SECONDS
 *
 * Opens TUNNELS connections with small receive buffers and announces SESSIONS sessions, spread over them by turns. Prints "ready".
 * Then all of them read for READ_MS of each CYCLE_MS and else do not read, for SECONDS. Prints the bytes that they got.
 */
#define _GNU_SOURCE
#include "common.h"
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define MOST 4096

static struct pollfd tunnels[MOST];

static int connect_tunnel(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(TUNNEL_PORT)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0), buffer = 16384;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    if (fd < 0 || connect(fd, (struct sockaddr *) &address, sizeof address) < 0) {
        die("connect to the tunnel port");
    }
    return fd;
}

static void put_record(uint8_t *record, uint32_t session)
{
    uint32_t client = client_address(session), target = inet_addr(TARGET);
    uint16_t client_p = client_port(session), port = htons(TARGET_PORT), type = htons(1);
    memcpy(record, &client, 4);
    memcpy(record + 4, &client_p, 2);
    memcpy(record + 6, &type, 2);
    memcpy(record + 8, &target, 4);
    memcpy(record + 12, &port, 2);
}

/* The records of tunnel's share, after the opening record. */
static void announce(int fd, uint32_t tunnel, uint32_t count, uint32_t sessions)
{
    static uint8_t bytes[RECORD_BYTES * 65536];
    size_t held = RECORD_BYTES;
    memset(bytes, 0, RECORD_BYTES);
    bytes[7] = 6;
    for (uint32_t session = tunnel; session < sessions; session += count) {
        put_record(bytes + held, session);
        held += RECORD_BYTES;
    }
    for (size_t at = 0; at < held;) {
        ssize_t n = write(fd, bytes + at, held - at);
        if (n <= 0) {
            die("write to the tunnel");
        }
        at += n;
    }
}

static uint64_t read_all(uint32_t count, int wait_ms)
{
    static uint8_t bytes[65536];
    uint64_t got = 0;
    poll(tunnels, count, wait_ms);
    for (uint32_t i = 0; i < count; i++) {
        if (tunnels[i].revents) {
            ssize_t n = recv(tunnels[i].fd, bytes, sizeof bytes, MSG_DONTWAIT);
            if (n == 0) {
                fprintf(stderr, "a tunnel was closed\n");
                exit(1);
            }
            got += n > 0 ? n : 0;
        }
    }
    return got;
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: sleepers TUNNELS SESSIONS READ_MS CYCLE_MS SECONDS\n");
        return 64;
    }
    uint32_t count = number(argv[1], "TUNNELS"), sessions = number(argv[2], "SESSIONS");
    uint64_t read_ms = number(argv[3], "READ_MS"), cycle_ms = number(argv[4], "CYCLE_MS"), seconds = number(argv[5], "SECONDS");
    struct rlimit files = {MOST + 64, MOST + 64};
    if (count > MOST || sessions / count >= 65535 || setrlimit(RLIMIT_NOFILE, &files) < 0) {
        die("so many tunnels or sessions");
    }
    for (uint32_t i = 0; i < count; i++) {
        tunnels[i] = (struct pollfd) {connect_tunnel(), POLLIN, 0};
        announce(tunnels[i].fd, i, count, sessions);
    }
    printf("ready\n");
    fflush(stdout);
    uint64_t start_ms = now_us() / 1000, got = 0, passed_ms;
    while ((passed_ms = now_us() / 1000 - start_ms) < seconds * 1000) {
        if (passed_ms % cycle_ms >= cycle_ms - read_ms) {
            got += read_all(count, 10);
        } else {
            usleep(1000);
        }
    }
    printf("%llu\n", (unsigned long long) got);
    return 0;
}
