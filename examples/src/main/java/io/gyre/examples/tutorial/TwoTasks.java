package io.gyre.examples.tutorial;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;

import io.gyre.loop.Task;
import java.time.Duration;

/**
 * 3.4-1. Two tasks at the same time.
 *
 * <p><b>asyncio.create_task(func()):</b> {@code createTask(() -> func(out))}. The lambda corresponds to the coroutine
 * object: code that has not begun. The task begins when {@code main} suspends for the first time, at
 * {@code task1.await()}, and so "main结束" comes before both "start".
 *
 * <p><b>await task1:</b> {@code task1.await()}. Both tasks sleep at the same time: two seconds in total. One thread
 * runs all three, so {@code out} needs no lock.
 */
final class TwoTasks {
    private TwoTasks() {}

    static String func(Printer out) {
        out.println("start");
        sleep(Duration.ofSeconds(2));
        out.println("end");
        return "返回值";
    }

    static void main(Printer out) {
        out.println("main开始");

        Task<String> task1 = createTask(() -> func(out));
        Task<String> task2 = createTask(() -> func(out));

        out.println("main结束");

        String ret1 = task1.await();
        String ret2 = task2.await();
        out.println(ret1 + " " + ret2);
    }
}
