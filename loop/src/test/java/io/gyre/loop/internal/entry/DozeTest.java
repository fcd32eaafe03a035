package io.gyre.loop.internal.entry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class DozeTest {
    private final Doze doze = new Doze();

    @Test
    void watcherSleepsWhileAllIsIdle() {
        assertThat(doze.begin(() -> true)).isTrue();

        assertThat(doze.isAsleep()).isTrue();
        doze.end();
        assertThat(doze.isAsleep()).isFalse();
    }

    @Test
    void watcherDoesNotSleepWhileSomethingHappens() {
        assertThat(doze.begin(() -> false)).isFalse();

        assertThat(doze.isAsleep()).isFalse();
        assertThat(doze.wake()).as("nobody sleeps").isFalse();
    }

    @Test
    void wakeEndsTheParkThatFollows() {
        assertThat(doze.begin(() -> true)).isTrue();

        assertThat(doze.wake()).isTrue();
        assertThat(doze.wake()).as("once is enough").isFalse();

        LockSupport.park(); // returns at once
    }

    @Test
    void whatHappensBetweenAnnouncementAndQuestionIsSeen() {
        boolean sleeps = doze.begin(() -> {
            assertThat(doze.wake()).isTrue();
            return false;
        });

        assertThat(sleeps).isFalse();
        LockSupport.park(); // takes the permit back
    }
}
