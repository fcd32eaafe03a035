package io.gyre.examples.tutorial;

import static io.gyre.examples.tutorial.AwaitCall.others;

/**
 * 3.3-3. Two awaits in a row.
 *
 * <p>The second call begins when the first has returned: four seconds in total. A task runs its calls one after the
 * other, in Python as in Java; {@link TwoTasks} runs both at the same time.
 */
final class AwaitTwoCalls {
    private AwaitTwoCalls() {}

    static void func(Printer out) {
        out.println("执行协程函数内部代码");
        String response1 = others(out);
        out.println("IO请求结束，结果为： " + response1);
        String response2 = others(out);
        out.println("IO请求结束，结果为： " + response2);
    }
}
