/*
 * Loads an echo server, checks every byte that comes back, and measures.
 *
 *     load --host NAME --port N --size BYTES --connections N --idle N --pipelining N --patience-ms N --handshakes KIND
 *
 * Compiled with -DTLS it speaks TLS.
 *
 * Opens --connections that are loaded, and besides --idle ones that say nothing. All have had one message echoed before it
 * prints "connected": what a server does for a new connection, and what it does with those that it has not accepted yet,
 * is not measured. Then it obeys the lines of its standard input:
 *
 *     run RATE WARMUP_MS MEASURE_MS
 *
 * Closed loop (rate 0): each connection keeps as many messages under way as --pipelining says. Open loop: RATE messages a
 * second over all connections together, at times that are fixed beforehand. Prints "begin" when the warm-up is over and
 * "end" when enough is measured, for whoever measures the server meanwhile, and goes on for a moment after each, so that
 * they have time for it under the same load. When every answer has come it prints the figures, and says nothing to the
 * server until the next run.
 *
 * With --handshakes full, what is repeated and counted is not a message but a connection: connect, handshake, one message there
 * and back, and the end from either side. With --handshakes resumed each resumes the session of the one before. At loopback the
 * system gives the port of a connection that has ended to another after a second (tcp_tw_reuse), so they do not run out.
 *
 *     ?       prints the messages so far, those of earlier runs included
 *     quit    ends the connections in good order, and itself
 *
 * With the end of its input it ends at once.
 *
 * One thread. In the open loop it polls without sleeping, so that it is never late by a wake-up.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "histogram.h"
#include "pace.h"
#include "pattern.h"
#include "wire.h"

#define MILLIS 1000000LL
#define SETTLE_NANOS (30 * MILLIS) /* after "begin" and "end" */
#define EVENTS 1024
#define OTHER_FILES 16
#define ORDER 128 /* bytes */

enum stage { SHAKING_HANDS, TALKING, ENDING }; /* of a connection that is repeated */

struct connection {
    struct wire wire;
    enum stage stage;
    bool blocked; /* the socket takes no more; it tells when it does */
    uint64_t start;
    uint64_t wanted, sent, received; /* bytes */
    struct dues dues;
};

enum phase { WARMING, SETTLING, MEASURING, TRAILING, DRAINING };

static char *host = "127.0.0.1";
static struct addrinfo *addresses; /* of the server; the first is used, once one has answered */
static long port, size, connection_count, idle_count, pipelining;
static bool repeats_handshakes, resumes;
static long patience_ms = 10000; /* for anything that the server owes */
static long rate, warmup_ms, measure_ms; /* of this run */
static struct connection *connections;
static int epoll;
static struct pace pace;
static uint64_t next_connection;

static enum phase phase;
static int64_t phase_end, progress_at;
static uint64_t total, under_way;
static uint64_t measured_bytes;
static int64_t measured_from, measured_until, cpu_from, cpu_until;
static struct histogram latencies, lags;

static void die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "load: ");
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    exit(1);
}

static int64_t nanos(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * 1000 * MILLIS + time.tv_nsec;
}

static void say(const char *what) {
    puts(what);
    fflush(stdout);
}

/* ---- phases */

static void next_phase(int64_t now) {
    switch (phase) {
        case WARMING:
            say("begin");
            phase_end = now + SETTLE_NANOS;
            break;
        case SETTLING:
            measured_from = now;
            cpu_from = nanos(CLOCK_PROCESS_CPUTIME_ID);
            phase_end = now + measure_ms * MILLIS;
            break;
        case MEASURING:
            measured_until = now;
            cpu_until = nanos(CLOCK_PROCESS_CPUTIME_ID);
            say("end");
            phase_end = now + SETTLE_NANOS;
            break;
        case TRAILING:
            phase_end = now + (patience_ms * MILLIS);
            break;
        case DRAINING:
            die("%lu messages have not come back within %ld ms of the end", under_way, patience_ms);
    }
    phase++;
}

static void look_at_clock(int64_t now) {
    if (now >= phase_end) next_phase(now);
    if (under_way == 0) progress_at = now;
    if (now - progress_at > (patience_ms * MILLIS)) {
        die("nothing has come back for %ld ms, and %lu messages are under way", patience_ms, under_way);
    }
}

/* ---- sending */

static void watch(struct connection *c, int op, unsigned events) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    if (epoll_ctl(epoll, op, c->wire.fd, &event) < 0) die("epoll_ctl: %s", strerror(errno));
}

static void set_blocked(struct connection *c, bool blocked) {
    if (c->blocked != blocked) {
        c->blocked = blocked;
        watch(c, EPOLL_CTL_MOD, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
    }
}

/* Returns whether all of it was taken. */
static bool send_bytes(struct connection *c) {
    while (c->sent < c->wanted) {
        uint64_t left = c->wanted - c->sent;
        ssize_t count = wire_write(&c->wire, pattern_at(c->start, c->sent), left < MAX_RUN ? left : MAX_RUN);
        if (count < 0) {
            if (errno != EAGAIN) die("connection %d: write: %s", (int)(c - connections), wire_error());
            return false;
        }
        c->sent += (uint64_t)count;
    }
    return true;
}

static void flush(struct connection *c) {
    set_blocked(c, !send_bytes(c));
}

static void add_message(struct connection *c, int64_t due) {
    c->wanted += (uint64_t)size;
    under_way++;
    dues_add(&c->dues, due);
}

/* Does nothing in the closed loop, and when no more is to be sent. */
static void send_what_is_due(int64_t now) {
    int64_t due;
    while (rate && phase < DRAINING && pace_take(&pace, now, &due)) {
        struct connection *c = &connections[next_connection++ % (uint64_t)connection_count];
        if (phase == MEASURING) histogram_record(&lags, now - due);
        add_message(c, due);
        if (!c->blocked) flush(c);
        now = nanos(CLOCK_MONOTONIC);
    }
}

/* ---- receiving */

static size_t receive_run(struct connection *c) {
    static unsigned char buffer[MAX_RUN];
    ssize_t count = wire_read(&c->wire, buffer, sizeof buffer);
    if (count <= 0) {
        if (count < 0 && errno == EAGAIN) return 0;
        die("connection %d: %s, after %lu bytes of answers to %lu", (int)(c - connections),
            count ? wire_error() : "closed by the server", c->received, c->sent);
    }
    if ((uint64_t)count > c->sent - c->received) die("connection %d: more came back than was sent", (int)(c - connections));
    ptrdiff_t wrong = pattern_mismatch(buffer, (size_t)count, c->start, c->received);
    if (wrong >= 0) {
        uint64_t position = c->received + (uint64_t)wrong;
        die("connection %d: byte %lu, in message %lu, came back as 0x%02x and was sent as 0x%02x", (int)(c - connections),
            position, position / (uint64_t)size, buffer[wrong], *pattern_at(c->start, position));
    }
    c->received += (uint64_t)count;
    return (size_t)count;
}

/* What is there. Returns how many bytes. */
static uint64_t receive_bytes(struct connection *c) {
    uint64_t before = c->received;
    while (receive_run(c) == MAX_RUN) {} /* a full buffer may have left something that does not show in the socket */
    return c->received - before;
}

static int64_t make_progress(void) {
    int64_t now = nanos(CLOCK_MONOTONIC);
    progress_at = now;
    look_at_clock(now);
    return now;
}

/* One message is back, or one connection is over. */
static void count_one(struct connection *c, int64_t now) {
    int64_t due = dues_remove(&c->dues);
    total++;
    under_way--;
    if (phase == MEASURING) histogram_record(&latencies, now - due);
}

static void receive(struct connection *c) {
    uint64_t before = c->received / (uint64_t)size;
    uint64_t count = receive_bytes(c);
    uint64_t complete = c->received / (uint64_t)size - before;
    int64_t now = make_progress();
    if (phase == MEASURING) measured_bytes += count;
    for (uint64_t i = 0; i < complete; i++) {
        count_one(c, now);
        if (!rate && phase < DRAINING) add_message(c, now);
    }
    if (!c->blocked) flush(c);
    send_what_is_due(now);
}

/* ---- connections */

static int all_count(void) {
    return (int)(connection_count + idle_count);
}

/* A process may open more files than it does by default, as the JVM does by itself. */
static void raise_file_limit(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < (rlim_t)(all_count() + OTHER_FILES)) {
        die("%d connections need as many open files, and the limit is %lu; raise it with ulimit -Hn", all_count(),
            (unsigned long)limit.rlim_max);
    }
}

static short await(struct connection *c, short events) {
    struct pollfd ready = {.fd = c->wire.fd, .events = events};
    return poll(&ready, 1, (int)patience_ms) == 1 ? ready.revents : 0;
}

static bool shake_hands(struct connection *c) {
    ssize_t done = wire_shake_hands(&c->wire);
    if (done == 0) die("connection %d: closed by the server in the handshake", (int)(c - connections));
    if (done < 0 && errno != EAGAIN) die("connection %d: handshake: %s", (int)(c - connections), wire_error());
    return done > 0;
}

/* Waits until one message has come back, which it does only once the server has accepted. Reads while it writes: a server
   need not take the whole of a large message before it answers. */
static void greet(struct connection *c) {
    while (!shake_hands(c)) {
        if (!await(c, POLLIN)) {
            die("connection %d: the server has not made the handshake within %ld ms", (int)(c - connections), patience_ms);
        }
    }
    add_message(c, 0);
    while (c->received < c->wanted) {
        short ready = await(c, c->sent < c->wanted ? POLLIN | POLLOUT : POLLIN);
        if (!ready) {
            die("connection %d: only %lu of the %ld bytes of the first message have come back, and no more for %ld ms",
                (int)(c - connections), c->received, size, patience_ms);
        }
        if (ready & POLLOUT) send_bytes(c);
        if (ready & ~POLLOUT) receive_bytes(c);
    }
    dues_remove(&c->dues);
    under_way--;
}

static void find_addresses(void) {
    char service[16];
    snprintf(service, sizeof service, "%ld", port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    int failure = getaddrinfo(host, service, &hints, &addresses);
    if (failure) die("cannot find %s: %s", host, gai_strerror(failure));
}

static bool try_address(struct connection *c, const struct addrinfo *address) {
    struct timeval patience = {.tv_sec = patience_ms / 1000, .tv_usec = patience_ms % 1000 * 1000};
    int on = 1;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0
        && connect(fd, address->ai_addr, address->ai_addrlen) == 0
        && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0) {
        if (!wire_open(&c->wire, fd)) die("no memory");
        return true;
    }
    int failure = errno == EINPROGRESS ? ETIMEDOUT : errno; /* the former is what connect says when patience ends */
    close(fd);
    errno = failure;
    return false;
}

/* A name may have several addresses, of which a server listens on one. */
static void connect_one(struct connection *c) {
    while (!try_address(c, addresses)) {
        if (!addresses->ai_next || c != connections) die("cannot connect to port %ld of %s: %s", port, host, strerror(errno));
        addresses = addresses->ai_next;
    }
}

/* Of a connection of which our end is over: whether the server has ended it, too. */
static bool has_ended(struct connection *c) {
    char ignored;
    ssize_t count = wire_read(&c->wire, &ignored, 1);
    if (count > 0) die("connection %d: more came back than was sent", (int)(c - connections));
    if (count < 0 && errno != EAGAIN) {
        die("connection %d: the server has not closed it in good order: %s", (int)(c - connections), wire_error());
    }
    return count == 0;
}

/* The orderly end: our end of the stream was first, then the server's. */
static void await_end(struct connection *c) {
    do {
        if (!await(c, POLLIN)) {
            die("connection %d: the server has not closed it within %ld ms of our end", (int)(c - connections), patience_ms);
        }
    } while (!has_ended(c));
    wire_close(&c->wire);
}

/* One after the other, each after the server has answered the one before: those that find no room to wait in would be held
   up for a second. Those that are repeated have been there once, and have a session. */
static void connect_all(void) {
    connections = calloc((size_t)all_count(), sizeof *connections);
    if (!connections) die("no memory");
    find_addresses();
    for (int i = 0; i < all_count(); i++) {
        struct connection *c = &connections[i];
        c->start = pattern_start(i);
        connect_one(c);
        greet(c);
        if (repeats_handshakes && i < connection_count) {
            wire_end(&c->wire);
            await_end(c);
            if (resumes && !wire_is_resumable(&c->wire)) die("the server has given no session to resume");
        } else {
            watch(c, EPOLL_CTL_ADD, EPOLLIN);
        }
    }
}

static void disconnect_all(void) {
    int first = repeats_handshakes ? (int)connection_count : 0;
    for (int i = first; i < all_count(); i++) wire_end(&connections[i].wire);
    for (int i = first; i < all_count(); i++) await_end(&connections[i]);
}

/* ---- connections that are repeated */

static void go_on(struct connection *c);

static void begin(struct connection *c) {
    c->wanted = c->sent = c->received = 0;
    c->stage = SHAKING_HANDS;
    add_message(c, nanos(CLOCK_MONOTONIC));
    connect_one(c);
    watch(c, EPOLL_CTL_ADD, EPOLLIN);
    go_on(c);
}

static void go_on(struct connection *c) {
    int64_t now = make_progress();
    switch (c->stage) {
        case SHAKING_HANDS:
            if (!shake_hands(c)) return;
            c->stage = TALKING;
            flush(c);
            return;
        case TALKING:
            receive_bytes(c);
            if (c->received < c->wanted) return;
            wire_end(&c->wire);
            c->stage = ENDING;
            return;
        case ENDING:
            if (!has_ended(c)) return;
            wire_close(&c->wire);
            count_one(c, now);
            if (phase == MEASURING) measured_bytes += (uint64_t)size;
            if (phase < DRAINING) begin(c);
    }
}

/* ---- the program */

/* Whoever gives orders waits for the answer to each, so that there is one in each read. */
static void read_order(char *order, size_t capacity) {
    ssize_t count = read(STDIN_FILENO, order, capacity - 1);
    if (count <= 0) exit(0);
    order[count] = 0;
    order[strcspn(order, "\n")] = 0;
}

static bool answer(const char *order) {
    if (strcmp(order, "?") != 0) return false;
    printf("messages-so-far %lu\n", total);
    fflush(stdout);
    return true;
}

static void answer_input(void) {
    char order[ORDER];
    read_order(order, sizeof order);
    if (!answer(order)) die("\"%s\" is no order during a run", order);
}

static void run(void) {
    int64_t now = nanos(CLOCK_MONOTONIC);
    phase = WARMING;
    phase_end = now + warmup_ms * MILLIS;
    progress_at = now;
    measured_bytes = 0;
    memset(&latencies, 0, sizeof latencies);
    memset(&lags, 0, sizeof lags);
    next_connection = 0;
    pace = (struct pace){.from = now, .interval = rate ? 1000.0 * MILLIS / (double)rate : 0};
    for (int i = 0; repeats_handshakes && i < connection_count; i++) begin(&connections[i]);
    for (int i = 0; !rate && !repeats_handshakes && i < connection_count; i++) {
        for (int depth = 0; depth < pipelining; depth++) add_message(&connections[i], nanos(CLOCK_MONOTONIC));
        flush(&connections[i]);
    }
    while (phase < DRAINING || under_way > 0) {
        static struct epoll_event events[EVENTS];
        int count = epoll_wait(epoll, events, EVENTS, rate ? 0 : 100);
        if (count < 0 && errno != EINTR) die("epoll_wait: %s", strerror(errno));
        now = nanos(CLOCK_MONOTONIC);
        look_at_clock(now);
        send_what_is_due(now);
        for (int i = 0; i < count; i++) {
            struct connection *c = events[i].data.ptr;
            if (!c) {
                answer_input();
                continue;
            }
            if (events[i].events & EPOLLOUT) flush(c);
            bool is_repeated = repeats_handshakes && c - connections < connection_count;
            if (events[i].events & ~(unsigned)EPOLLOUT) is_repeated ? go_on(c) : receive(c);
        }
    }
}

static void print_figures(void) {
    /* Parts of messages count: many large ones may end all at once, and few of these moments lie in a short run. */
    printf("messages %.3f\n", (double)measured_bytes / (double)size);
    printf("nanos %ld\n", (long)(measured_until - measured_from));
    printf("cpu-nanos %ld\n", (long)(cpu_until - cpu_from));
    histogram_print(&latencies, "latency");
    histogram_print(&lags, "lag");
    say("done");
}

static void parse(int argc, char **argv) {
    static const struct option options[] = {
        {"port", required_argument, 0, 0},       {"size", required_argument, 0, 0},
        {"connections", required_argument, 0, 0}, {"pipelining", required_argument, 0, 0},
        {"idle", required_argument, 0, 0},       {"patience-ms", required_argument, 0, 0},
        {"host", required_argument, 0, 0},       {"handshakes", required_argument, 0, 0},
        {0, 0, 0, 0}};
    long *values[] = {&port, &size, &connection_count, &pipelining, &idle_count, &patience_ms};
    const size_t host_option = sizeof values / sizeof *values;
    int option;
    while (getopt_long(argc, argv, "", options, &option) == 0) {
        if ((size_t)option < host_option) {
            *values[option] = atol(optarg);
        } else if ((size_t)option == host_option) {
            host = optarg;
        } else {
            resumes = strcmp(optarg, "resumed") == 0;
            repeats_handshakes = resumes || strcmp(optarg, "full") == 0;
            if (!repeats_handshakes && strcmp(optarg, "none") != 0) {
                die("--handshakes is none, full or resumed, and not \"%s\"", optarg);
            }
        }
    }
    if (port <= 0 || size <= 0 || connection_count < 0 || idle_count < 0 || all_count() <= 0 || pipelining <= 0 || patience_ms <= 0) {
        die("an option is missing or out of range; see the comment in load.c");
    }
}

/* Between two runs only the standard input, and connections that are closed too early, wake this up. */
static void obey(void) {
    char order[ORDER];
    for (;;) {
        struct epoll_event event;
        if (epoll_wait(epoll, &event, 1, -1) != 1) continue;
        if (event.data.ptr) {
            receive_bytes(event.data.ptr);
            continue;
        }
        read_order(order, sizeof order);
        if (strcmp(order, "quit") == 0) return;
        if (answer(order)) continue;
        if (sscanf(order, "run %ld %ld %ld", &rate, &warmup_ms, &measure_ms) != 3 || rate < 0
            || (rate && (connection_count == 0 || repeats_handshakes)) || warmup_ms < 0 || measure_ms <= 0) {
            die("\"%s\" is no order, or out of range; see the comment in load.c", order);
        }
        run();
        print_figures();
    }
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    parse(argc, argv);
    if (!wire_setup(resumes)) {
        die("sessions are resumed, and TLS 1.3 with X25519 and AES-128-GCM is spoken, only when this is compiled with -DTLS and"
            " an OpenSSL that has them");
    }
    raise_file_limit();
    pattern_fill();
    epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event input = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input) < 0) die("the standard input must be a pipe or a terminal");
    connect_all();
    say("connected");
    obey();
    disconnect_all();
    say("disconnected");
    return 0;
}
