package io.gyre.examples.tutorial;

import static io.gyre.loop.Combinators.gatherSettled;

import io.gyre.loop.Task;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * 3.4-3. The same as {@link WaitForTasks}, shorter: a list of coroutines that have not begun.
 *
 * <p><b>task_list = [func(), func()]:</b> {@code List.of(() -> func(out), () -> func(out))}. In Python they must not be
 * tasks yet, because a task needs a running loop, and {@code asyncio.run} has not started it yet. In Java they are
 * {@link Callable}s.
 *
 * <p><b>asyncio.wait(task_list):</b> {@code gatherSettled(bodies)} makes a task of each and waits for all, whether they
 * succeed or fail. The tasks belong to a group: none outlives the call. Python has forbidden coroutines in
 * {@code asyncio.wait} since 3.11, because callers could not find them again among the tasks in {@code done}; here the
 * tasks keep the order of the list.
 */
final class WaitForCalls {
    private WaitForCalls() {}

    static void main(Printer out) {
        List<Callable<String>> bodies = List.of(() -> TwoTasks.func(out), () -> TwoTasks.func(out));

        List<Task<? extends String>> done = gatherSettled(bodies);
        out.println("" + done.stream().map(Task::resultNow).toList());
    }
}
