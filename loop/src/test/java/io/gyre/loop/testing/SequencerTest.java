package io.gyre.loop.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;

class SequencerTest {
    private final Sequencer sequencer = new Sequencer();
    private final List<String> log = new ArrayList<>();

    private void step(int number) {
        try (var _ = sequencer.step(number)) {
            log.add("begin " + number);
            yieldNow();
            log.add("end " + number);
        }
    }

    @LoopTest(seeds = 5)
    void stepsOfSeveralTasksComeInTheirOrder() {
        Task<?> odd = createTask(() -> {
            step(1);
            step(3);
        });
        Task<?> even = createTask(() -> {
            step(0);
            step(2);
        });
        odd.await();
        even.await();

        assertThat(log).containsExactly("begin 0", "end 0", "begin 1", "end 1", "begin 2", "end 2", "begin 3", "end 3");
    }

    @LoopTest
    void awaitIsAStepThatDoesNothing() {
        Task<?> second = createTask(() -> {
            sequencer.await(1);
            log.add("second");
        });
        awaitAllTasksParked();
        assertThat(second.waitsFor()).isEqualTo("step 1 of a sequencer, which is at 0");
        log.add("first");

        sequencer.await(0);
        second.await();

        assertThat(log).containsExactly("first", "second");
    }

    @LoopTest
    void numberIsUsedOnce() {
        Sequencer.Step zero = sequencer.step(0);
        assertThatIllegalStateException()
                .isThrownBy(() -> sequencer.step(0))
                .withMessage("step 0 was used already; each number is used once");
        Task<?> two = createTask(() -> sequencer.await(2));
        yieldNow();
        assertThatIllegalStateException().isThrownBy(() -> sequencer.step(2));
        zero.close();
        assertThatIllegalStateException().isThrownBy(() -> sequencer.step(0));

        sequencer.await(1);
        two.await();
    }

    @LoopTest
    void closingAStepTwiceEndsItOnce() {
        Sequencer.Step zero = sequencer.step(0);
        zero.close();
        Sequencer.Step one = sequencer.step(1);
        Task<?> two = createTask(() -> sequencer.await(2));

        zero.close();
        awaitAllTasksParked();

        assertThat(two.isDone()).isFalse();
        one.close();
        two.await();
    }

    @LoopTest
    void cancelOfAWaitingTaskBreaksTheSequence() {
        Task<?> first = createTask("first", () -> sequencer.await(1));
        Task<?> second = createTask("second", () -> sequencer.await(2));
        awaitAllTasksParked();

        first.cancel("not needed");

        assertThatIllegalStateException()
                .isThrownBy(() -> sequencer.step(0))
                .withMessage("the sequence cannot be kept: task 'first' was cancelled before its step 1");
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(second::await)
                .withCauseInstanceOf(IllegalStateException.class);
    }

    @LoopTest
    void stepWhoseTurnHasComeIsDeliveredToACancelledTask() {
        Task<?> task = createTask(() -> {
            try (var _ = sequencer.step(1)) {
                log.add("delivered");
            }
        });
        awaitAllTasksParked();
        sequencer.await(0);
        task.cancel("too late");
        awaitAllTasksParked();

        assertThat(log).containsExactly("delivered");
        sequencer.await(2);
    }
}
