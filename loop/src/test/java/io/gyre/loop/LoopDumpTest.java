package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_HOUR;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.dump.DumpedScope;
import io.gyre.loop.dump.DumpedTask;
import io.gyre.loop.dump.DumpedTask.State;
import io.gyre.loop.dump.LoopDump;
import io.gyre.loop.dump.RunningStep;
import io.gyre.loop.dump.TaskRef;
import io.gyre.loop.dump.Wait;
import io.gyre.loop.dump.WaitCycle;
import io.gyre.loop.sync.Lock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.h2.util.json.JSONArray;
import org.h2.util.json.JSONObject;
import org.h2.util.json.JSONString;
import org.h2.util.json.JSONStringSource;
import org.h2.util.json.JSONValueTarget;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class LoopDumpTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;

    private DumpedTask dumped(Task<?> task) {
        return loop.dump().task(task.id()).orElseThrow();
    }

    private static TaskRef refTo(Task<?> task) {
        return new TaskRef(task.id(), task.name(), task.loop().name());
    }

    // ---- what a task is

    @Test
    @Feature("Dump of a loop: what each task waits for, and since when")
    void taskHasItsNameAgeAndCreationPlace() {
        Task<?> task = loop.createTask("sleeper", () -> sleep(ONE_DAY));
        driven.settle();
        driven.advance(ONE_HOUR);

        DumpedTask dumped = dumped(task);

        assertThat(dumped.task()).isEqualTo(refTo(task));
        assertThat(dumped.task()).hasToString("task 'sleeper'");
        assertThat(dumped.age()).isEqualTo(ONE_HOUR);
        assertThat(dumped.createdAt()).startsWith(LoopDumpTest.class.getName());
        assertThat(dumped.isSystem()).isFalse();
        assertThat(dumped.parent()).isNull();
        assertThat(dumped.scopes()).isEmpty();
        assertThat(dumped)
                .hasToString(
                        "task 'sleeper' (created at " + dumped.createdAt() + ") waits for a sleep, due in 82800000 ms");
    }

    @Test
    void taskThatRunsAndTasksThatAreReadySaySo() {
        var dumps = new ArrayList<LoopDump>();
        Task<?> running = loop.createTask("running", () -> dumps.add(loop.dump()));
        Task<?> ready = loop.createTask("ready", () -> {});
        driven.settle();

        LoopDump dump = dumps.getFirst();
        assertThat(dump.task(running.id()).orElseThrow().state()).isEqualTo(State.RUNNING);
        assertThat(dump.task(ready.id()).orElseThrow().state()).isEqualTo(State.READY);
        assertThat(dump.running()).isNotNull().extracting(RunningStep::step).isEqualTo("task 'running'");
        assertThat(loop.dump().running()).isNull();
        assertThat(loop.dump().tasks()).isEmpty();
    }

    @Test
    void callbackThatRunsIsNamed() {
        var dumps = new ArrayList<LoopDump>();
        loop.callSoon(() -> dumps.add(loop.dump()));
        driven.settle();

        assertThat(dumps.getFirst().running())
                .isNotNull()
                .extracting(RunningStep::step)
                .asString()
                .startsWith("callback " + LoopDumpTest.class.getName());
    }

    @Test
    void taskOfAGroupHasItsParentItsGroupAndTheDeadlinesAroundIt() {
        var members = new ArrayList<Task<?>>();
        Task<?> owner = driven.start(() -> timeout(
                ONE_DAY,
                () -> TaskGroup.run(
                        TaskGroupOptions.named("crawl").withTimeout(ONE_HOUR),
                        group -> members.add(
                                group.createTask("page", () -> timeout(ONE_SECOND, () -> sleep(ONE_DAY)))))));

        DumpedTask page = dumped(members.getFirst());

        assertThat(page.parent()).isEqualTo(refTo(owner));
        assertThat(page.group()).isEqualTo("the group 'crawl'");
        assertThat(page.scopes())
                .containsExactly(
                        new DumpedScope(refTo(members.getFirst()), ONE_SECOND, false, null),
                        new DumpedScope(refTo(owner), ONE_HOUR, false, null),
                        new DumpedScope(refTo(owner), ONE_DAY, false, null));
        assertThat(page.dueIn()).isEqualTo(ONE_SECOND);
        assertThat(loop.dump().toString())
                .contains("\n  " + owner + " waits for the tasks of the group 'crawl'")
                .contains("\n    task 'page' waits for a sleep");
    }

    @Test
    void deadlineOutsideOfAShieldIsNotTheTasks() {
        Task<?> task = driven.start(() -> timeout(ONE_SECOND, () -> Async.shield(ONE_HOUR, () -> sleep(ONE_DAY))));

        assertThat(dumped(task).dueIn()).isNull();
        assertThat(dumped(task).scopes()).extracting(DumpedScope::shield).containsExactly(true, false);
        driven.advance(ONE_DAY.plus(ONE_DAY));
        driven.takeFailures();
    }

    @Test
    void cancelledTaskThatGoesOnSaysWhy() {
        Task<?> stubborn = driven.start(() -> LowLevel.park("a value that is on its way", () -> false));
        stubborn.cancel("enough");
        driven.settle();

        assertThat(dumped(stubborn).cancelled()).isEqualTo("enough");
        assertThat(loop.dump().toString()).contains(", cancelled: enough");
        driven.run(() -> LowLevel.unpark(stubborn));
    }

    @Test
    void scopesOfATaskThatCleansUpSayWhy() {
        Task<?> cleaning = driven.start(() -> {
            try {
                sleep(ONE_DAY);
            } finally {
                Async.shield(ONE_DAY, () -> sleep(ONE_HOUR));
            }
        });
        cleaning.cancel("that's it");
        driven.settle();

        assertThat(dumped(cleaning).scopes()).extracting(DumpedScope::cancelled).containsExactly(null, "that's it");
        driven.advance(ONE_HOUR);
    }

    @Test
    void agesOfManyTasksAreKeptApart() {
        var tasks = new ArrayList<Task<?>>();
        for (int i = 0; i < 2_000; i++) { // more than the notes have room for
            tasks.add(driven.start(() -> sleep(ONE_DAY)));
            driven.ticker.advance(ONE_SECOND);
        }

        List<DumpedTask> dumped = loop.dump().tasks();

        for (int i = 0; i < tasks.size(); i++) {
            double age = 2_000 - i;
            assertThat((double) dumped.get(i).age().toSeconds()).isBetween(age * 0.95 - 1, age + 1);
        }
        assertThat(dumped.getLast().age()).isEqualTo(ONE_SECOND);
    }

    // ---- from another thread

    @Test
    @Feature("Dump of a blocked loop from another thread")
    void isTakenInAnotherThreadWhileOneStepBlocksTheLoop() throws Exception {
        Task<?> sleeper = driven.start(() -> sleep(ONE_HOUR));
        Task<LoopDump> thinker = loop.createTask("thinker", () -> {
            var spins = new CountDownLatch(1);
            FutureTask<LoopDump> look = OtherThread.call(() -> {
                spins.await();
                return loop.dump();
            });
            OtherThread.spinUntil(() -> {
                spins.countDown();
                return look.isDone(); // the loop does nothing else meanwhile
            });
            return look.get();
        });
        driven.settle();

        LoopDump dump = thinker.resultNow();

        assertThat(dump.isConsistent()).isTrue();
        RunningStep running = Objects.requireNonNull(dump.running());
        assertThat(running.step()).isEqualTo("task 'thinker'");
        assertThat(running.stack()).anySatisfy(frame -> assertThat(frame).contains("OtherThread.spinUntil"));
        assertThat(dump.task(thinker.id()).orElseThrow().state()).isEqualTo(State.RUNNING);
        assertThat(dump.task(sleeper.id()).orElseThrow().waitsFor()).isInstanceOf(Wait.OnTimer.class);
        assertThat(dump.toString())
                .contains("\nruns task 'thinker', created at ")
                .contains("OtherThread.spinUntil");
    }

    @Test
    void isTheSameInAnotherThreadWhileTheLoopSleeps() throws Exception {
        var lock = new Lock("account");
        Task<?> owner = driven.start(() -> lock.withLock(() -> sleep(ONE_HOUR)));
        driven.start(lock::acquire);
        driven.start(() -> TaskGroup.run(group -> group.createTask(() -> owner.await())));

        LoopDump elsewhere = OtherThread.call(loop::dump).get();

        assertThat(elsewhere).isEqualTo(loop.dump());
        assertThat(elsewhere.isConsistent()).isTrue();
    }

    @Test
    void seesTheTasksThatStayWhileOthersComeAndGo() throws Exception {
        var stop = new AtomicBoolean();
        var stays = new ArrayList<Task<?>>();
        for (int i = 0; i < 100; i++) {
            stays.add(driven.start(() -> sleep(ONE_HOUR)));
        }
        Task<?> busy = loop.createTask(() -> {
            while (!stop.get()) {
                createTask(() -> yieldNow());
                yieldNow();
            }
        });
        FutureTask<List<LoopDump>> looks = OtherThread.call(() -> {
            var dumps = new ArrayList<LoopDump>();
            for (int i = 0; i < 200; i++) {
                dumps.add(loop.dump());
            }
            stop.set(true);
            return dumps;
        });
        driven.runUntil(() -> looks.isDone() && busy.isDone());

        assertThat(looks.get()).allSatisfy(dump -> assertThat(dump.tasks())
                .extracting(task -> task.task().id())
                .containsAll(stays.stream().map(Task::id).toList()));
    }

    @Test
    void loopThatIsClosedHasNoTasks() {
        driven.start(() -> sleep(ONE_HOUR));
        loop.close();

        assertThat(loop.dump().tasks()).isEmpty();
    }

    // ---- text

    @Test
    void equalTasksAreFoldedIntoOneLine() {
        for (int i = 0; i < 10_000; i++) {
            loop.createTask(() -> sleep(ONE_DAY));
        }
        driven.settle();
        driven.advance(Duration.ofMinutes(3));
        loop.createTask("other", () -> sleep(ONE_HOUR));
        driven.settle();

        String text = loop.dump().toString();

        assertThat(text).contains("10,001 tasks").hasLineCount(3);
        assertThat(text)
                .contains("\n  10,000 \u00d7 waits for a sleep, the first due in 23 h; oldest 3 min, created at "
                        + LoopDumpTest.class.getName())
                .contains("\n  task 'other' waits for a sleep, due in 3600000 ms; 0 ms old");
    }

    @Test
    void groupsThatAreNestedVeryDeepAreShown() {
        Task<?> outermost = driven.start(() -> nest(3_000));

        assertThat(loop.dump().toString()).hasLineCount(3_002).contains("\n  " + outermost + " waits for");
        assertThat(loop.dump().toJson()).contains("\"parent\":{\"id\":" + outermost.id());
    }

    private static void nest(int depth) {
        if (depth == 0) {
            sleep(ONE_HOUR);
        } else {
            TaskGroup.run(group -> group.createTask(() -> nest(depth - 1)));
        }
    }

    // ---- JSON, and names chosen by others

    @Test
    void jsonSaysTheSame() {
        var lock = new Lock("account");
        Task<?> owner = loop.createTask("owner", () -> lock.withLock(() -> sleep(ONE_HOUR)));
        driven.settle();
        Task<?> waiter = driven.start(() -> timeout(ONE_DAY, lock::acquire));

        JSONObject parsed = parse(loop.dump());

        assertThat(text(parsed, "loop")).isEqualTo("hand-driven");
        JSONArray tasks = (JSONArray) parsed.getFirst("tasks");
        assertThat(tasks.length()).isEqualTo(2);
        JSONObject second = (JSONObject) tasks.getElement(1);
        assertThat(second.getFirst("id")).hasToString(String.valueOf(waiter.id()));
        assertThat(text(second, "state")).isEqualTo("WAITING");
        JSONObject scope = (JSONObject) ((JSONArray) second.getFirst("scopes")).getElement(0);
        assertThat(scope.getFirst("dueInNanos")).hasToString(String.valueOf(ONE_DAY.toNanos()));
        JSONObject wait = (JSONObject) second.getFirst("wait");
        assertThat(text(wait, "kind")).isEqualTo("lock");
        assertThat(text((JSONObject) wait.getFirst("owner"), "name")).isEqualTo("owner");
        JSONObject edge = (JSONObject) ((JSONArray) parsed.getFirst("edges")).getElement(0);
        assertThat(((JSONObject) edge.getFirst("to")).getFirst("id")).hasToString(String.valueOf(owner.id()));
        assertThat(((JSONArray) parsed.getFirst("cycles")).length()).isZero();
    }

    @Test
    void hostileNamesAreEscapedAndBounded() {
        String hostile = "\"},\n{\"x\": \u202e\u001b[2J\ud800 " + "x".repeat(5_000);
        loop.createTask(hostile, () -> new Lock(hostile).withLock(() -> LowLevel.park(hostile, () -> true)));
        driven.settle();

        LoopDump dump = loop.dump();
        JSONObject task = (JSONObject) ((JSONArray) parse(dump).getFirst("tasks")).getElement(0);

        assertThat(text(task, "name"))
                .startsWith("\"},\\n{\"x\": \\u202e\\u001b[2J\\ud800 ")
                .hasSizeLessThan(500);
        assertThat(text((JSONObject) task.getFirst("wait"), "words")).hasSizeLessThan(500);
        assertThat(dump.toString()).hasLineCount(2).doesNotContain("\u001b", "\u202e");
        assertThat(dump.toJson()).isASCII();
    }

    private static JSONObject parse(LoopDump dump) {
        return (JSONObject) JSONStringSource.parse(dump.toJson(), new JSONValueTarget());
    }

    private static String text(JSONObject object, String name) {
        return ((JSONString) object.getFirst(name)).getString();
    }

    // ---- who waits for whom

    @Test
    @Feature("Cycles of tasks that wait for each other, in words")
    void twoTasksWithTwoLocksAreACycle() {
        var left = new Lock("left");
        var right = new Lock("right");
        Task<?> one = loop.createTask(
                "one",
                () -> left.withLock(() -> {
                    yieldNow();
                    right.acquire();
                }));
        Task<?> other = loop.createTask(
                "other",
                () -> right.withLock(() -> {
                    yieldNow();
                    left.acquire();
                }));
        driven.start(() -> one.await()); // waits for the cycle, and is not in it
        driven.settle();

        List<WaitCycle> cycles = loop.dump().cycles();

        assertThat(cycles).singleElement().satisfies(cycle -> {
            assertThat(cycle.tasks())
                    .extracting(task -> task.task().id())
                    .containsExactlyInAnyOrder(one.id(), other.id());
            assertThat(cycle.toString())
                    .contains("task 'one' (created at ")
                    .contains(") waits for Lock[right] held by task 'other'")
                    .contains(") waits for Lock[left] held by task 'one'");
        });
        assertThat(loop.dump().toString()).contains("\nThese wait for each other: task 'one' (created at ");
    }

    @Test
    void ringOfAwaitsIsACycle() {
        var ring = new ArrayList<Task<?>>();
        for (int i = 0; i < 5; i++) {
            int next = (i + 1) % 5;
            ring.add(loop.createTask("ring-" + i, () -> ring.get(next).await()));
        }
        driven.settle();

        assertThat(loop.dump().cycles()).singleElement().satisfies(cycle -> assertThat(cycle.tasks())
                .hasSize(5));
    }

    @Test
    void memberOfAGroupThatAwaitsTheOwnerOfTheGroupIsInACycle() {
        Task<?> owner = driven.start(() -> {
            Task<?> self = currentTask();
            TaskGroup.run(group -> {
                group.createTask(() -> sleep(ONE_HOUR));
                group.createTask("member", () -> self.join());
            });
        });

        assertThat(loop.dump().cycles()).singleElement().satisfies(cycle -> assertThat(cycle.tasks())
                .extracting(task -> task.task().name())
                .containsExactlyInAnyOrder(owner.name(), "member"));
    }

    @Test
    void cycleAcrossTwoLoopsIsFoundInTheDumpsOfBoth() {
        try (var other = new HandDrivenLoop(options -> options.withName("other"))) {
            var tasks = new Task<?>[2];
            Callable<?> there = () -> tasks[1].await();
            Callable<?> back = () -> tasks[0].await();
            tasks[0] = loop.createTask("there", there);
            tasks[1] = other.loop.createTask("back", back);
            driven.settle();
            other.settle();

            assertThat(loop.dump().cycles()).isEmpty();
            assertThat(LoopDump.cycles(List.of(loop.dump(), other.loop.dump())))
                    .singleElement()
                    .satisfies(cycle -> assertThat(cycle.tasks())
                            .extracting(task -> task.task().loop())
                            .containsExactly("hand-driven", "other"));
            tasks[0].cancel("the test is over");
            driven.runUntil(tasks[0]::isDone);
            other.runUntil(tasks[1]::isDone);
            other.takeFailures();
        }
    }

    @Test
    void whatOnlyLooksStuckIsNoCycle() {
        var left = new Lock("left");
        Task<?> holder = loop.createTask("holder", () -> left.withLock(() -> sleep(ONE_HOUR)));
        driven.settle();
        driven.start(left::acquire);
        driven.start(() -> holder.await());
        driven.start(() -> loop.createFuture().await());

        LoopDump dump = loop.dump();

        assertThat(dump.cycles()).isEmpty();
        assertThat(dump.edges()).extracting(edge -> edge.to().id()).containsExactly(holder.id(), holder.id());
    }
}
