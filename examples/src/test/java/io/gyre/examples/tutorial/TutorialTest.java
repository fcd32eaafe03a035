package io.gyre.examples.tutorial;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.examples.tutorial.Tutorial.Example;
import io.gyre.loop.CancelledException;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What each example prints, and when, in seconds of a virtual clock. */
class TutorialTest {
    private final List<String> printed = new ArrayList<>();

    private void run(String number, VirtualClock clock) throws Exception {
        Example example = Tutorial.examples().stream()
                .filter(each -> each.number().equals(number))
                .findFirst()
                .orElseThrow();
        example.main().run(line -> printed.add(clock.elapsed().toSeconds() + " " + line));
    }

    @LoopTest
    void sleepIsAwaited(VirtualClock clock) throws Exception {
        run("3.3-1", clock);

        assertThat(printed).containsExactly("0 hello");
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(2));
    }

    @LoopTest
    void callIsAwaited(VirtualClock clock) throws Exception {
        run("3.3-2", clock);

        assertThat(printed).containsExactly("0 执行协程函数内部代码", "0 start", "2 end", "2 IO请求结束，结果为： 返回值");
    }

    @LoopTest
    void twoCallsTakeTheirTimesTogether(VirtualClock clock) throws Exception {
        run("3.3-3", clock);

        assertThat(printed)
                .containsExactly(
                        "0 执行协程函数内部代码",
                        "0 start",
                        "2 end",
                        "2 IO请求结束，结果为： 返回值",
                        "2 start",
                        "4 end",
                        "4 IO请求结束，结果为： 返回值");
    }

    @LoopTest
    void twoTasksTakeTheTimeOfOne(VirtualClock clock) throws Exception {
        run("3.4-1", clock);

        assertThat(printed)
                .containsExactly("0 main开始", "0 main结束", "0 start", "0 start", "2 end", "2 end", "2 返回值 返回值");
    }

    @LoopTest
    void listOfTasksIsAwaitedAndItsResultsAreInTheOrderOfTheList(VirtualClock clock) throws Exception {
        run("3.4-2", clock);

        assertThat(printed)
                .containsExactly("0 main开始", "0 main结束", "0 start", "0 start", "2 end", "2 end", "2 [返回值, 返回值]");
    }

    @LoopTest
    void listOfCallsIsStartedAndAwaited(VirtualClock clock) throws Exception {
        run("3.4-3", clock);

        assertThat(printed).containsExactly("0 start", "0 start", "2 end", "2 end", "2 [返回值, 返回值]");
    }

    @LoopTest
    void futureThatNobodyCompletesIsCancelled(VirtualClock clock) throws Exception {
        run("3.5-1", clock);

        assertThat(printed)
                .containsExactly("2 " + CancelledException.class.getName()
                        + ": task 'waiting' was cancelled: nobody will complete the future");
    }

    @LoopTest
    void taskCompletesTheFuture(VirtualClock clock) throws Exception {
        run("3.5-2", clock);

        assertThat(printed).containsExactly("2 666");
    }
}
