/* What the benchmark's programs share: the layout of the test network, forged packets' marks, clocks. */
#ifndef COMMON_H
#define COMMON_H

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TARGET "198.51.100.1"
#define TARGET_PORT 8080
#define TUNNEL_PORT 36524
#define MESSAGE_BYTES 64
#define BATCH_LIMIT 16
#define RECORD_BYTES 14

static inline void die(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static inline uint64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t) t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Session i's client: one of 254 addresses of 192.0.2.0/24, ports from 1024 on. Network order. */
static inline uint32_t client_address(uint32_t session)
{
    return htonl(0xc0000201u + session % 254);
}

static inline uint16_t client_port(uint32_t session)
{
    return htons(1024 + session / 254 % 60000);
}

static inline long number(const char *text, const char *what)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (*text == 0 || *end != 0 || value < 0) {
        fprintf(stderr, "%s: '%s' is not a whole number\n", what, text);
        exit(64);
    }
    return value;
}

#endif
