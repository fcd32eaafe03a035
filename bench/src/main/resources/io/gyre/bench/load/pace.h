/*
 * When messages are meant to be sent, and since when each that is under way has been.
 *
 * In the open loop the times are fixed beforehand, whatever the server does. A message that could not be sent in time,
 * because the generator or the connection was held up by an earlier answer, still counts from its own time: that is what
 * corrects for coordinated omission.
 */
#ifndef PACE_H
#define PACE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct pace {
    int64_t from;    /* nanoseconds */
    double interval; /* nanoseconds between two messages, of all connections together */
    uint64_t taken;
};

/* Takes the next message if its time has come, and says when that was. */
static inline bool pace_take(struct pace *p, int64_t now, int64_t *due) {
    int64_t next = p->from + (int64_t)((double)p->taken * p->interval);
    if (now < next) return false;
    p->taken++;
    *due = next;
    return true;
}

/* The times of the messages of one connection that are under way: they come back in the order in which they went. */
struct dues {
    int64_t *times;
    size_t capacity; /* a power of two, or 0 */
    uint64_t added, removed;
};

static inline void dues_add(struct dues *d, int64_t due) {
    if (d->added - d->removed == d->capacity) {
        size_t capacity = d->capacity ? 2 * d->capacity : 16;
        int64_t *times = malloc(capacity * sizeof *times);
        if (!times) abort();
        for (uint64_t i = d->removed; i < d->added; i++) times[i % capacity] = d->times[i % d->capacity];
        free(d->times);
        d->times = times;
        d->capacity = capacity;
    }
    d->times[d->added++ % d->capacity] = due;
}

static inline int64_t dues_remove(struct dues *d) {
    return d->times[d->removed++ % d->capacity];
}

#endif
