package io.gyre.examples.tutorial;

import static io.gyre.loop.Async.sleep;

import java.time.Duration;

/**
 * 3.3-2. A coroutine waits for another coroutine and uses its result.
 *
 * <p><b>response = await others():</b> {@code String response = others(out)}. Awaiting a coroutine at once is a plain
 * call: same task, same stack, and a stack trace shows both. While it sleeps, other tasks of the loop can run; here
 * there are none.
 */
final class AwaitCall {
    private AwaitCall() {}

    static String others(Printer out) {
        out.println("start");
        sleep(Duration.ofSeconds(2));
        out.println("end");
        return "返回值";
    }

    static void func(Printer out) {
        out.println("执行协程函数内部代码");
        String response = others(out);
        out.println("IO请求结束，结果为： " + response);
    }
}
