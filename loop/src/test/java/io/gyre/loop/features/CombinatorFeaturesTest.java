package io.gyre.loop.features;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Combinators.asCompleted;
import static io.gyre.loop.Combinators.awaitTasks;
import static io.gyre.loop.Combinators.gather;
import static io.gyre.loop.Combinators.gatherSettled;
import static io.gyre.loop.Combinators.staggered;
import static io.gyre.loop.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.CancelledException;
import io.gyre.loop.Combinators.When;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Feature;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.Task;
import io.gyre.loop.TaskGroupException;
import io.gyre.loop.sync.Channel;
import io.gyre.loop.sync.Select;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future.State;

class CombinatorFeaturesTest {
    private final IOException boom = new IOException("boom");
    private final List<String> log = new ArrayList<>();

    private Callable<String> after(long seconds, String value) {
        return () -> {
            try {
                sleep(seconds(seconds));
                return value;
            } catch (CancelledException e) {
                log.add(value + " cancelled");
                throw e;
            }
        };
    }

    private Callable<String> failingAfter(long seconds) {
        return () -> {
            sleep(seconds(seconds));
            throw boom;
        };
    }

    @LoopTest
    @Feature("Gather: all results, in order")
    void gatherReturnsOrderedResultsCancelsSiblingsOrReturnsExceptions(VirtualClock clock) {
        assertThat(gather(after(2, "a"), after(1, "b"))).containsExactly("a", "b");
        assertThat(clock.elapsed()).isEqualTo(seconds(2));

        assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> gather(after(9, "sibling"), failingAfter(1)))
                .withCause(boom);
        assertThat(log).containsExactly("sibling cancelled");
        assertThat(clock.elapsed()).isEqualTo(seconds(3));

        List<Task<? extends String>> settled = gatherSettled(after(2, "a"), failingAfter(1));
        assertThat(settled.getFirst().resultNow()).isEqualTo("a");
        assertThat(settled.getLast().exceptionNow()).isSameAs(boom);
    }

    @LoopTest
    @Feature("Wait for the first, for a failure, or for all")
    void waitForTheFirstTheFirstExceptionOrAllOrATimeAndGetDoneAndPending(VirtualClock clock) {
        Task<String> first = createTask(after(1, "first"));
        Task<String> failing = createTask(failingAfter(2));
        Task<String> last = createTask(after(4, "last"));
        List<Task<String>> tasks = List.of(first, failing, last);

        var settled = awaitTasks(tasks, When.FIRST_COMPLETED);
        assertThat(settled.done()).containsExactly(first);
        assertThat(settled.pending()).containsExactly(failing, last);

        settled = awaitTasks(tasks, When.FIRST_EXCEPTION);
        assertThat(settled.done()).containsExactly(first, failing);
        assertThat(clock.elapsed()).isEqualTo(seconds(2));

        settled = awaitTasks(tasks, When.ALL_COMPLETED, seconds(1));
        assertThat(settled.pending()).containsExactly(last);
        assertThat(clock.elapsed()).isEqualTo(seconds(3));

        settled = awaitTasks(tasks, When.ALL_COMPLETED);
        assertThat(settled.done()).containsExactlyElementsOf(tasks);
        assertThat(settled.pending()).isEmpty();
        assertThat(log).as("nothing is cancelled").isEmpty();
    }

    @LoopTest
    @Feature("As completed: results as they come")
    void asCompletedIsAPlainLoopOverTheOriginalHandles(VirtualClock clock) {
        Task<String> slow = createTask(after(2, "slow"));
        Task<String> fast = createTask(after(1, "fast"));
        var seen = new ArrayList<Task<String>>();

        for (Task<String> task : asCompleted(List.of(slow, fast))) {
            seen.add(task);
            log.add(task.resultNow() + " at " + clock.elapsed());
        }

        assertThat(seen).containsExactly(fast, slow);
        assertThat(log).containsExactly("fast at PT1S", "slow at PT2S");
    }

    @LoopTest
    @Feature("Select")
    void selectTakesTheFirstOfAReceiveADoneTaskATimeoutOrADefault(EventLoop loop, VirtualClock clock) {
        Channel<String> channel = Channel.open(1);
        LoopFuture<String> future = loop.createFuture();

        assertThat(select(channel, future).orElse(() -> "default").await()).isEqualTo("default");
        assertThat(select(channel, future)
                        .onTimeout(seconds(1), () -> "timeout")
                        .await())
                .isEqualTo("timeout");
        assertThat(clock.elapsed()).isEqualTo(seconds(1));

        loop.callLater(seconds(1), () -> channel.sender().trySend("value"));
        assertThat(select(channel, future).await()).isEqualTo("received value");

        channel.sender().trySend("kept");
        future.setResult("result");
        assertThat(select(channel, future).await()).as("biased").isEqualTo("received kept");
        channel.sender().trySend("not taken by the losers");
        assertThat(Select.<State>first().onDone(future, done -> done.state()).await())
                .isEqualTo(State.SUCCESS);
        assertThat(channel.receiver().tryReceive()).contains("not taken by the losers");
    }

    @LoopTest
    @Feature("Staggered race (hedging)")
    void staggeredRaceBeginsTheNextWhenOneFailsOrTakesLong(VirtualClock clock) {
        String winner = staggered(seconds(5), List.of(failingAfter(1), after(9, "slow"), after(2, "late but fast")));

        assertThat(winner).isEqualTo("late but fast");
        assertThat(clock.elapsed()).isEqualTo(seconds(1 + 5 + 2));
        assertThat(log).containsExactly("slow cancelled");
    }

    private static Select<String> select(Channel<String> channel, LoopFuture<String> future) {
        return Select.<String>first()
                .onReceive(channel.receiver(), value -> "received " + value)
                .onDone(future, done -> "done " + done.resultNow());
    }
}
