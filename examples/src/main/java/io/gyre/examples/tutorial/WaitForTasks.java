package io.gyre.examples.tutorial;

import static io.gyre.examples.tutorial.TwoTasks.func;
import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Combinators.awaitTasks;

import io.gyre.loop.Combinators.Settled;
import io.gyre.loop.Combinators.When;
import io.gyre.loop.Task;
import java.util.List;

/**
 * 3.4-2. A list of tasks, and one wait for all of them.
 *
 * <p><b>done, pending = await asyncio.wait(task_list, timeout=None):</b> {@code awaitTasks(taskList, When.ALL_COMPLETED)}. The
 * pair is a record, {@link Settled}. The condition has no default here, so the call shows it. A third argument limits
 * the wait; then {@code pending()} has the tasks that still run.
 *
 * <p><b>print(done):</b> Python prints a set of tasks in any order, with their results among much other text. Gyre
 * keeps the order of the list, and the example prints only the results.
 *
 * <p><b>create_task(func(), name=...):</b> {@code createTask("name", () -> func(out))}. Names show in messages and dumps.
 */
final class WaitForTasks {
    private WaitForTasks() {}

    static void main(Printer out) {
        out.println("main开始");

        List<Task<String>> taskList = List.of(createTask(() -> func(out)), createTask(() -> func(out)));

        out.println("main结束");

        Settled settled = awaitTasks(taskList, When.ALL_COMPLETED);
        out.println("" + settled.done().stream().map(Task::resultNow).toList());
    }
}
