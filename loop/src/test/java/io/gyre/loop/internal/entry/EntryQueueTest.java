package io.gyre.loop.internal.entry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EntryQueueTest {
    private final AtomicInteger wakeups = new AtomicInteger();
    private final EntryQueue<String> queue = new EntryQueue<>(wakeups::incrementAndGet);

    private List<String> drain() {
        var drained = new ArrayList<String>();
        queue.drain(drained::add);
        return drained;
    }

    @Test
    void itemsComeOutInOrder() {
        queue.offer("a");
        queue.offer("b");
        queue.offer("c");

        assertThat(drain()).containsExactly("a", "b", "c");
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void drainingAnEmptyQueuePassesNothingOn() {
        assertThat(queue.isEmpty()).isTrue();
        assertThat(drain()).isEmpty();
    }

    @Test
    void itemOfferedDuringADrainStaysForTheNext() {
        queue.offer("first");

        queue.drain(item -> queue.offer("second"));

        assertThat(drain()).containsExactly("second");
    }

    @Test
    void awakeConsumerIsNotWoken() {
        queue.offer("a");

        assertThat(wakeups).hasValue(0);
    }

    @Test
    void firstOfferWakesASleepingConsumerAndTheOthersDoNot() {
        boolean sleeping = queue.trySleep();
        queue.offer("a");
        queue.offer("b");

        assertThat(sleeping).isTrue();
        assertThat(wakeups).hasValue(1);
        queue.awake();
        assertThat(drain()).containsExactly("a", "b");
    }

    @Test
    void consumerWithSomethingToDrainMustNotSleep() {
        queue.offer("a");

        assertThat(queue.trySleep()).isFalse();
        assertThat(drain()).containsExactly("a");
        assertThat(queue.trySleep()).isTrue();
    }

    @Test
    void consumerThatAwokeByItselfIsNotWoken() {
        queue.trySleep();
        queue.awake();

        queue.offer("a");

        assertThat(wakeups).hasValue(0);
        assertThat(drain()).containsExactly("a");
    }

    @Test
    void closePassesOnWhatHadComeIn() {
        queue.offer("a");
        queue.offer("b");
        var last = new ArrayList<String>();

        queue.close();
        queue.drain(last::add);

        assertThat(last).containsExactly("a", "b");
    }

    @Test
    void closeOfAnEmptyOrSleepingQueuePassesNothingOn() {
        var last = new ArrayList<String>();
        queue.trySleep();

        queue.close();
        queue.drain(last::add);

        assertThat(last).isEmpty();
    }

    @Test
    void offerAfterCloseIsRefused() {
        queue.close();

        assertThat(queue.offer("late")).isFalse();
        assertThat(queue.trySleep()).isFalse();
        assertThat(wakeups).hasValue(0);
    }

    @Test
    void itemThatTheSinkRefusesForWantOfMemoryComesFirstInTheNextDrain() {
        List.of("a", "b", "c").forEach(queue::offer);
        var passed = new ArrayList<String>();

        assertThatThrownBy(() -> queue.drain(item -> {
                    if (item.equals("b")) {
                        throw new OutOfMemoryError("just now");
                    }
                    passed.add(item);
                }))
                .isInstanceOf(OutOfMemoryError.class);
        queue.offer("d");
        assertThat(queue.isEmpty()).isFalse();
        assertThat(queue.trySleep()).as("there is something to drain").isFalse();
        queue.drain(passed::add);

        assertThat(passed).containsExactly("a", "b", "c", "d");
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void itemAtWhichTheSinkFailsIsDroppedAndCostsNobodyBehindIt() {
        List.of("a", "b", "c").forEach(queue::offer);
        var passed = new ArrayList<String>();

        assertThatThrownBy(() -> queue.drain(item -> {
                    if (item.equals("b")) {
                        throw new IllegalStateException("broken");
                    }
                    passed.add(item);
                }))
                .hasMessage("broken");
        queue.close();
        queue.drain(passed::add);

        assertThat(passed).containsExactly("a", "c");
    }

    /** Sleeps whenever it can, so that a lost wake-up hangs the test. */
    @Test
    void everyItemOfManyProducersArrivesInTheOrderOfItsProducer() throws Exception {
        int producers = 4;
        int each = 100_000;
        var wakeup = new Semaphore(0);
        var shared = new EntryQueue<int[]>(wakeup::release);
        List<Thread> threads = startProducers(shared, producers, each);

        int[] next = new int[producers];
        int[] outOfOrder = {0};
        for (int left = producers * each; left > 0; ) {
            if (shared.trySleep()) {
                wakeup.acquire(); // one producer, and only one, ends each sleep
                assertThat(wakeup.availablePermits()).isZero();
                shared.awake();
            }
            int[] count = {0};
            shared.drain(item -> {
                outOfOrder[0] += item[1] == next[item[0]]++ ? 0 : 1;
                count[0]++;
            });
            left -= count[0];
        }

        assertThat(next).containsOnly(each);
        assertThat(outOfOrder[0]).isZero();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static List<Thread> startProducers(EntryQueue<int[]> shared, int producers, int each) {
        var begin = new CountDownLatch(producers);
        var threads = new ArrayList<Thread>();
        for (int producer = 0; producer < producers; producer++) {
            int self = producer;
            threads.add(Thread.ofPlatform().daemon().start(() -> {
                begin.countDown();
                while (begin.getCount() > 0) {
                    Thread.onSpinWait();
                }
                for (int number = 0; number < each; number++) {
                    shared.offer(new int[] {self, number});
                }
            }));
        }
        return threads;
    }
}
