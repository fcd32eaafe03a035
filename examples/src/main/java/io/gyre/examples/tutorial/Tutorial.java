package io.gyre.examples.tutorial;

import io.gyre.loop.EventLoop;
import java.time.Duration;
import java.util.List;

/** The examples of the tutorial, in order. */
public final class Tutorial {
    private static final List<Example> EXAMPLES = List.of(
            new Example("3.3-1", "await a sleep", AwaitSleep::func),
            new Example("3.3-2", "await a call that waits", AwaitCall::func),
            new Example("3.3-3", "await two calls, one after the other", AwaitTwoCalls::func),
            new Example("3.4-1", "two tasks at the same time", TwoTasks::main),
            new Example("3.4-2", "wait for a list of tasks", WaitForTasks::main),
            new Example("3.4-3", "wait for a list of calls that have not begun", WaitForCalls::main),
            new Example("3.5-1", "await a future that nobody completes, and cancel that", FutureForEver::main),
            new Example("3.5-2", "a task that completes a future", FutureSetByTask::main),
            new Example(
                    "3.6-1",
                    "futures of a thread pool and of a process pool",
                    out -> PoolFutures.main(out, Duration.ofSeconds(1), 5)),
            new Example(
                    "3.6-2",
                    "blocking calls in a thread pool and in a process pool",
                    out -> RunInExecutor.main(out, Duration.ofSeconds(2))));

    private Tutorial() {}

    /** The code of an example, which runs in a task. */
    @FunctionalInterface
    public interface Main {
        /**
         * Runs it.
         *
         * @param out where it prints
         * @throws InterruptedException if a blocking call of the JDK is interrupted
         */
        void run(Printer out) throws InterruptedException;
    }

    /**
     * One example.
     *
     * @param number chapter and number: {@code 3.4-1}
     * @param title what it shows
     * @param main its first task
     */
    public record Example(String number, String title, Main main) {
        /**
         * Runs the example, as {@code asyncio.run(main())} does.
         *
         * @param out where it prints
         * @throws InterruptedException if a blocking call of the JDK is interrupted
         */
        public void run(Printer out) throws InterruptedException {
            EventLoop.run(() -> main.run(out));
        }
    }

    /** {@return all examples} */
    public static List<Example> examples() {
        return EXAMPLES;
    }
}
