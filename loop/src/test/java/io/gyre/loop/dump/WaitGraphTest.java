package io.gyre.loop.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.dump.DumpedTask.State;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WaitGraphTest {
    private static TaskRef ref(long id) {
        return new TaskRef(id, "task-" + id, "loop");
    }

    private static DumpedTask task(long id, @Nullable Wait wait) {
        return task(id, wait, List.of());
    }

    private static DumpedTask task(long id, @Nullable Wait wait, List<DumpedScope> scopes) {
        return new DumpedTask(ref(id), State.WAITING, false, Duration.ZERO, null, null, null, scopes, null, wait);
    }

    private static Wait all(long... ids) {
        return new Wait.OnTasks("all", refs(ids), false);
    }

    private static Wait any(long... ids) {
        return new Wait.OnTasks("any", refs(ids), true);
    }

    private static List<TaskRef> refs(long... ids) {
        return Arrays.stream(ids).mapToObj(WaitGraphTest::ref).toList();
    }

    private static List<List<Long>> cycles(DumpedTask... tasks) {
        return new WaitGraph(Stream.of(tasks))
                .cycles().stream()
                        .map(cycle -> cycle.tasks().stream()
                                .map(each -> each.task().id())
                                .toList())
                        .toList();
    }

    @Test
    void waitForAllIsStuckIfOneIs() {
        assertThat(cycles(task(1, all(2, 3)), task(2, new Wait.OnOther("a socket")), task(3, all(1))))
                .containsExactly(List.of(1L, 3L));
    }

    @Test
    void waitForAnyIsStuckOnlyIfAllAre() {
        assertThat(cycles(task(1, any(2, 3)), task(2, new Wait.OnOther("a socket")), task(3, all(1))))
                .isEmpty();
        assertThat(cycles(task(1, any(2, 3)), task(2, all(1)), task(3, all(1)))).isNotEmpty();
    }

    @Test
    void firstOfSeveralIsStuckOnlyIfAllAlternativesAre() {
        Wait locked = new Wait.OnLock("a lock", ref(2), 1);
        Wait.OnFirst withTimeout = new Wait.OnFirst("first", List.of(locked, new Wait.OnOther("a time-out")));
        Wait.OnFirst withTask = new Wait.OnFirst("first", List.of(locked, all(2)));

        assertThat(cycles(task(1, withTimeout), task(2, all(1)))).isEmpty();
        assertThat(cycles(task(1, withTask), task(2, all(1)))).containsExactly(List.of(1L, 2L));
    }

    @Test
    void futuresAndPermitsCount() {
        assertThat(cycles(
                        task(1, new Wait.OnFuture("a future", ref(2))),
                        task(2, new Wait.OnPermits("a token", 0, refs(1)))))
                .containsExactly(List.of(1L, 2L));
        assertThat(cycles(task(1, new Wait.OnFuture("a future", null)), task(2, all(1))))
                .isEmpty();
    }

    @Test
    void taskThatIsInNoDumpMayGoOn() {
        assertThat(cycles(task(1, all(99)))).isEmpty();
    }

    @Test
    void eachCycleIsFoundOnce() {
        assertThat(cycles(task(1, all(2)), task(2, all(1)), task(3, all(4)), task(4, all(3)), task(5, all(1, 3))))
                .containsExactly(List.of(1L, 2L), List.of(3L, 4L));
    }

    @Test
    void veryLongChainsAndLargeGroupsTakeNoTime() {
        int many = 100_000;
        long[] members = IntStream.range(0, many).asLongStream().toArray();
        Stream<DumpedTask> chain = IntStream.range(0, many)
                .mapToObj(i -> task(i, i == many - 1 ? new Wait.OnOther("a socket") : all(i + 1L)));
        Stream<DumpedTask> owner = Stream.of(task(many, all(members)));

        assertThat(new WaitGraph(Stream.concat(owner, chain)).cycles()).isEmpty();
    }

    @Test
    void deadlineThatWouldEndACycleIsNamed() {
        var scope = new DumpedScope(ref(1), Duration.ofSeconds(90), false, null);

        WaitCycle cycle = new WaitGraph(Stream.of(task(1, all(2), List.of(scope)), task(2, all(1))))
                .cycles()
                .getFirst();

        assertThat(cycle.dueIn()).isEqualTo(Duration.ofSeconds(90));
        assertThat(cycle)
                .hasToString("task-1 waits for all; task-2 waits for all; the first deadline of these is in 90 s");
    }
}
