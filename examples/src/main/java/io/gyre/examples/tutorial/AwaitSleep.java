package io.gyre.examples.tutorial;

import static io.gyre.loop.Async.sleep;

import java.time.Duration;

/**
 * 3.3-1. A coroutine prints, then sleeps.
 *
 * <p><b>async def, await:</b> Java has no such keywords and needs none. {@code func} is an ordinary method; it suspends
 * because it runs in a task and calls a method that waits. {@code await asyncio.sleep(2)} is
 * {@code sleep(Duration.ofSeconds(2))}: the task gives the loop's thread back for two seconds.
 *
 * <p><b>asyncio.run(func()):</b> {@code EventLoop.run(() -> func(out))}, see {@link Tutorial.Example#run}.
 */
final class AwaitSleep {
    private AwaitSleep() {}

    static void func(Printer out) {
        out.println("hello");
        sleep(Duration.ofSeconds(2)); // Python's sleep returns None, which func passes on; Gyre's sleep returns nothing
    }
}
