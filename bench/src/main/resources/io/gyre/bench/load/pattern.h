/*
 * The bytes that are sent, and checked when they come back.
 *
 * A connection's stream is one endless repetition of random bytes. The period is a prime, so that a message of any size
 * that is lost, doubled or moved shifts what follows, and each connection begins at another place, so that a mix-up shows.
 * The table holds the period several times over: any run of up to MAX_RUN bytes lies in one piece, is sent without being
 * copied, and is checked by one memcmp, from the position in the stream alone.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PERIOD 8191
#define MAX_RUN (256 * 1024)
#define START_STEP 257 /* bytes between the beginnings of two connections */

static unsigned char pattern_table[PERIOD + MAX_RUN];

static inline void pattern_fill(void) {
    uint64_t state = 0x9E3779B97F4A7C15u; /* xorshift64, from any number but 0 */
    for (size_t i = 0; i < PERIOD; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        pattern_table[i] = state >> 32;
    }
    for (size_t i = PERIOD; i < sizeof pattern_table; i++) pattern_table[i] = pattern_table[i - PERIOD];
}

/* Where a connection's stream begins. */
static inline uint64_t pattern_start(int connection) {
    return (uint64_t)connection * START_STEP % PERIOD;
}

/* The bytes from a position of a stream on, MAX_RUN of them. */
static inline const unsigned char *pattern_at(uint64_t start, uint64_t position) {
    return pattern_table + (start + position) % PERIOD;
}

/* The index of the first byte that is not what it should be, or -1. */
static inline ptrdiff_t pattern_mismatch(const unsigned char *bytes, size_t length, uint64_t start, uint64_t position) {
    const unsigned char *expected = pattern_at(start, position);
    if (memcmp(bytes, expected, length) == 0) return -1;
    size_t i = 0;
    while (bytes[i] == expected[i]) i++;
    return (ptrdiff_t)i;
}

#endif
