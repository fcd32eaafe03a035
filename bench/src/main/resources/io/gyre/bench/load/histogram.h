/*
 * Counts of nanoseconds, in buckets as HdrHistogram has them for three digits: exact up to 2,047, above that no wider than
 * a thousandth of the value. The percentiles are HdrHistogram's own; this only counts, without a call or an allocation.
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#define SUB_BITS 10
#define SUB_COUNT (1u << SUB_BITS)
#define BUCKETS ((65 - SUB_BITS) * SUB_COUNT)

struct histogram {
    uint64_t counts[BUCKETS];
};

static inline unsigned histogram_bucket(uint64_t nanos) {
    if (nanos < 2 * SUB_COUNT) return (unsigned)nanos;
    unsigned shift = 63 - (unsigned)__builtin_clzll(nanos) - SUB_BITS;
    return shift * SUB_COUNT + (unsigned)(nanos >> shift);
}

/* The least value that a bucket counts. */
static inline uint64_t histogram_value(unsigned bucket) {
    if (bucket < 2 * SUB_COUNT) return bucket;
    unsigned shift = bucket / SUB_COUNT - 1;
    return (uint64_t)(bucket % SUB_COUNT + SUB_COUNT) << shift;
}

static inline void histogram_record(struct histogram *h, int64_t nanos) {
    h->counts[histogram_bucket(nanos < 0 ? 0 : (uint64_t)nanos)]++;
}

/* One line for each bucket that is not empty: the name, the value, how often. */
static inline void histogram_print(const struct histogram *h, const char *name) {
    for (unsigned i = 0; i < BUCKETS; i++) {
        if (h->counts[i]) printf("%s %" PRIu64 " %" PRIu64 "\n", name, histogram_value(i), h->counts[i]);
    }
}

#endif
