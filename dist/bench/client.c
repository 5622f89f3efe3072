/*
 * A tcpcopy 1.x that announces SESSIONS sessions and drains what comes back.
 *
 *   client SESSIONS
 *
 * Prints "ready" once every route was written. On SIGUSR1, after which it forgets what it saw, and on SIGTERM prints one line:
 *   measured frames, frames of the warm-up, batches, latency in microseconds: p50 p99 p99.9 max, longest silence in microseconds
 * Latency is from the generator's sendmmsg to this program's read, of frames whose acknowledgement number is not 0. A silence is
 * the time between two reads that brought such frames.
 */
#include "common.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>

#define HISTOGRAM_US 1000000

static uint32_t histogram[HISTOGRAM_US + 1];
static uint64_t measured, warm_up, batches, last_measured_us, silence_us;
static volatile sig_atomic_t over, asked;

static void on_signal(int signal)
{
    over |= signal == SIGTERM;
    asked = 1;
}

static int connect_tunnel(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(TUNNEL_PORT)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1, buffer = 8 << 20;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    if (fd < 0 || connect(fd, (struct sockaddr *) &address, sizeof address) < 0) {
        die("connect to the tunnel port");
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static void write_all(int fd, const uint8_t *bytes, size_t count)
{
    while (count > 0) {
        ssize_t n = write(fd, bytes, count);
        if (n <= 0) {
            die("write to the tunnel");
        }
        bytes += n;
        count -= n;
    }
}

static void announce(int fd, uint32_t sessions)
{
    uint8_t record[RECORD_BYTES] = {[7] = 6};
    uint32_t target = inet_addr(TARGET);
    uint16_t port = htons(TARGET_PORT), type = htons(1);
    write_all(fd, record, sizeof record);
    for (uint32_t i = 0; i < sessions; i++) {
        uint32_t client = client_address(i);
        uint16_t client_p = client_port(i);
        memcpy(record, &client, 4);
        memcpy(record + 4, &client_p, 2);
        memcpy(record + 6, &type, 2);
        memcpy(record + 8, &target, 4);
        memcpy(record + 12, &port, 2);
        write_all(fd, record, sizeof record);
    }
}

static void take(const uint8_t *frame, uint32_t now)
{
    uint32_t stamp;
    memcpy(&stamp, frame + 20 + 8, 4);
    stamp = ntohl(stamp);
    if (stamp == 0) {
        warm_up++;
        return;
    }
    uint32_t us = now - stamp;
    histogram[us < HISTOGRAM_US ? us : HISTOGRAM_US]++;
    measured++;
}

static uint32_t percentile(double part)
{
    uint64_t wanted = measured * part, seen = 0;
    for (uint32_t us = 0; us <= HISTOGRAM_US; us++) {
        seen += histogram[us];
        if (seen > wanted || seen == measured) {
            return us;
        }
    }
    return HISTOGRAM_US;
}

static void note_silence(uint64_t now)
{
    if (last_measured_us && now - last_measured_us > silence_us) {
        silence_us = now - last_measured_us;
    }
    last_measured_us = now;
}

static void report(void)
{
    printf("%llu %llu %llu %u %u %u %u %llu\n", (unsigned long long) measured, (unsigned long long) warm_up,
           (unsigned long long) batches, percentile(.5), percentile(.99), percentile(.999), percentile(1),
           (unsigned long long) silence_us);
    fflush(stdout);
    memset(histogram, 0, sizeof histogram);
    measured = warm_up = batches = last_measured_us = silence_us = 0;
    asked = 0;
}

/* Takes the whole batches among the bytes; returns how many bytes they are. */
static size_t take_batches(const uint8_t *bytes, size_t held, uint32_t now)
{
    size_t at = 0;
    while (held - at >= 2) {
        size_t count = bytes[at] << 8 | bytes[at + 1];
        if (count > BATCH_LIMIT) {
            fprintf(stderr, "a batch of %zu: not the combined frames of 1.x\n", count);
            exit(1);
        }
        if (held - at < 2 + count * MESSAGE_BYTES) {
            break;
        }
        for (size_t i = 0; i < count; i++) {
            take(bytes + at + 2 + i * MESSAGE_BYTES, now);
        }
        at += 2 + count * MESSAGE_BYTES;
        batches++;
    }
    return at;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: client SESSIONS\n");
        return 64;
    }
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    int fd = connect_tunnel();
    announce(fd, number(argv[1], "SESSIONS"));
    printf("ready\n");
    fflush(stdout);

    static uint8_t buffer[1 << 20];
    size_t held = 0;
    while (!over) {
        ssize_t n = read(fd, buffer + held, sizeof buffer - held);
        if (n == 0 || (n < 0 && errno != EINTR)) {
            break;
        }
        if (n > 0) {
            uint64_t now = now_us(), before = measured;
            held += n;
            size_t taken = take_batches(buffer, held, now);
            memmove(buffer, buffer + taken, held - taken);
            held -= taken;
            if (measured > before) {
                note_silence(now);
            }
        }
        if (asked) {
            report();
        }
    }
    if (!over) {
        report();
    }
    return 0;
}
