package io.gyre.loop.testing;

import io.gyre.loop.EventLoop;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/** Gives one invocation of a {@link LoopTest} its loop: creates the loop on first use and runs the method on it. */
final class LoopTestExtension implements InvocationInterceptor, ParameterResolver, AfterEachCallback {
    private final LoopTestSettings settings;
    private @Nullable LoopTestRun run;

    LoopTestExtension(LoopTestSettings settings) {
        this.settings = settings;
    }

    private LoopTestRun run() {
        LoopTestRun present = run;
        if (present == null) {
            present = new LoopTestRun(settings);
            run = present;
        }
        return present;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == EventLoop.class || (type == VirtualClock.class && settings.time() != LoopTest.Time.REAL);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        EventLoop loop = run().loop();
        return parameter.getParameter().getType() == EventLoop.class ? loop : loop.ticker();
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> test, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        run().run(test::proceed);
    }

    /** Closes the loop of a test whose method was not reached. */
    @Override
    public void afterEach(ExtensionContext context) {
        if (run != null) {
            run.closeIfUnused();
        }
    }
}
