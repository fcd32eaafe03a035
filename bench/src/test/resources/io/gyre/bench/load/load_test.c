/* What the load generator computes, with a clock that is a number. Prints what is wrong; nothing if all is right. */
#include "histogram.h"
#include "pace.h"
#include "pattern.h"

#define CHECK(fact) \
    do { \
        if (!(fact)) printf("line %d: not so: %s\n", __LINE__, #fact); \
    } while (0)

static struct histogram latencies;

static void a_stall_is_charged_to_every_message_that_had_to_wait(void) {
    struct pace pace = {.from = 1000, .interval = 100};
    struct dues dues = {0};
    int64_t due;
    /* On time until 1400, then nothing happens until 2400: neither is sent nor received. */
    int64_t clock[] = {1000, 1100, 1200, 1300, 2400};
    for (int i = 0; i < 5; i++) {
        while (pace_take(&pace, clock[i], &due)) dues_add(&dues, due);
        while (dues.added > dues.removed) histogram_record(&latencies, clock[i] + 10 - dues_remove(&dues));
    }
    CHECK(dues.added == 15); /* 1000, 1100, ... 2400: none was left out */
    CHECK(latencies.counts[10] == 5); /* the four on time, and the one of 2400 */
    for (int waited = 100; waited <= 1000; waited += 100) CHECK(latencies.counts[waited + 10] == 1);
}

static void messages_are_not_sent_before_their_time(void) {
    struct pace pace = {.from = 1000, .interval = 33.5};
    int64_t due;
    CHECK(!pace_take(&pace, 999, &due));
    CHECK(pace_take(&pace, 1000, &due) && due == 1000);
    CHECK(!pace_take(&pace, 1032, &due));
    CHECK(pace_take(&pace, 1033, &due) && due == 1033);
    CHECK(pace_take(&pace, 2000, &due) && due == 1067); /* not 1066: halves do not get lost */
}

static void times_come_back_in_order_however_many_there_are(void) {
    struct dues dues = {0};
    for (int i = 0; i < 10; i++) dues_add(&dues, i);
    for (int i = 0; i < 10; i++) CHECK(dues_remove(&dues) == i);
    for (int i = 0; i < 1000; i++) dues_add(&dues, i);
    for (int i = 0; i < 1000; i++) CHECK(dues_remove(&dues) == i);
}

static void one_corrupted_byte_is_found(void) {
    static unsigned char bytes[100 * 1024];
    uint64_t start = pattern_start(3), position = 12345678;
    memcpy(bytes, pattern_at(start, position), sizeof bytes);
    CHECK(pattern_mismatch(bytes, sizeof bytes, start, position) == -1);
    bytes[77777] ^= 1;
    CHECK(pattern_mismatch(bytes, sizeof bytes, start, position) == 77777);
}

static void message_that_is_lost_doubled_or_of_another_connection_is_found(void) {
    int sizes[] = {64, 1024, 16 * 1024, 100 * 1024};
    for (int i = 0; i < 4; i++) {
        uint64_t size = (uint64_t)sizes[i];
        const unsigned char *sent = pattern_at(pattern_start(0), 5 * size);
        CHECK(pattern_mismatch(sent, size, pattern_start(0), 5 * size) == -1);
        CHECK(pattern_mismatch(sent, size, pattern_start(0), 4 * size) >= 0);
        CHECK(pattern_mismatch(sent, size, pattern_start(0), 6 * size) >= 0);
        for (int other = 1; other < 1000; other++) {
            CHECK(pattern_mismatch(sent, size, pattern_start(other), 5 * size) >= 0);
        }
    }
}

static void bucket_is_no_wider_than_a_thousandth(void) {
    for (uint64_t nanos = 1; nanos < 1ull << 40; nanos += nanos / 7 + 1) {
        uint64_t least = histogram_value(histogram_bucket(nanos));
        CHECK(least <= nanos && nanos - least <= nanos / 1000);
        CHECK(histogram_bucket(least) == histogram_bucket(nanos));
    }
    CHECK(histogram_bucket(2047) + 1 == histogram_bucket(2048));
    CHECK(histogram_bucket(UINT64_MAX) < BUCKETS);
}

int main(void) {
    pattern_fill();
    a_stall_is_charged_to_every_message_that_had_to_wait();
    messages_are_not_sent_before_their_time();
    times_come_back_in_order_however_many_there_are();
    one_corrupted_byte_is_found();
    message_that_is_lost_doubled_or_of_another_connection_is_found();
    bucket_is_no_wider_than_a_thousandth();
    return 0;
}
