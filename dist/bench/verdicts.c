/*
 * How long a packet of the target waits for its verdict, whichever program issues it.
 *
 *   verdicts SECONDS
 *
 * Sends one packet of a session that nobody has announced every 2 ms, so large that its socket takes no other until the kernel has
 * freed it, which is at the verdict, and waits for that. Prints one line: verdicts, p50 p99 max in microseconds. A packet without a
 * verdict for a second counts as one second, and ends the program.
 */
#define _GNU_SOURCE
#include "common.h"
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#define PACKET_BYTES 1500
#define INTERVAL_US 2000
#define LONGEST_MS 1000
#define MOST 1000000

static uint32_t waited_us[MOST];

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: verdicts SECONDS\n");
        return 64;
    }
    uint64_t duration_us = number(argv[1], "SECONDS") * 1000000ull;
    int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW), least = 1;
    if (fd < 0) {
        die("raw socket");
    }
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &least, sizeof least);
    prctl(PR_SET_TIMERSLACK, 1);
    static uint8_t packet[PACKET_BYTES];
    struct iphdr *ip = (void *) packet;
    *ip = (struct iphdr) {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP, .tot_len = htons(PACKET_BYTES)};
    ip->saddr = inet_addr(TARGET);
    ip->daddr = client_address(0);
    struct tcphdr *tcp = (void *) (packet + sizeof *ip);
    *tcp = (struct tcphdr) {.source = htons(TARGET_PORT), .dest = htons(1), .doff = 5, .ack = 1};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = ip->daddr};

    size_t count = 0;
    uint64_t start = now_us();
    struct pollfd writable = {fd, POLLOUT, 0};
    for (uint64_t due = start; due - start < duration_us && count < MOST; due += INTERVAL_US) {
        struct timespec t = {due / 1000000, due % 1000000 * 1000};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
        uint64_t sent = now_us();
        sendto(fd, packet, sizeof packet, 0, (void *) &to, sizeof to);
        int freed = poll(&writable, 1, LONGEST_MS);
        waited_us[count++] = now_us() - sent;
        if (freed != 1) {
            break;
        }
        if (now_us() > due + INTERVAL_US) {
            due = now_us();
        }
    }
    qsort(waited_us, count, sizeof *waited_us, compare);
    printf("%zu %u %u %u\n", count, waited_us[count / 2], waited_us[count * 99 / 100], waited_us[count - 1]);
    return 0;
}
