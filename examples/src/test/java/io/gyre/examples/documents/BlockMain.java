package io.gyre.examples.documents;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import java.io.PrintWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** What the JVM of a block runs: the frame, the tests, the main method or the statements of a class. */
final class BlockMain {
    private BlockMain() {}

    /**
     * Exits with 0 if the block has succeeded, however many threads it has left.
     *
     * @param args the name of the class; "in a task" if its statements run in one
     */
    public static void main(String[] args) {
        try {
            run(Class.forName(args[0]), args[1].equals("in a task"));
            System.exit(0);
        } catch (Throwable e) {
            e.printStackTrace(System.err);
        }
        System.exit(1);
    }

    private static void run(Class<?> block, boolean inTask) throws Exception {
        Optional<Method> frame = method(block, "frame");
        Optional<Method> main = method(block, "main", String[].class);
        Optional<Method> compactMain = method(block, "main");
        Optional<Method> statements = method(block, "block");
        if (frame.isPresent()) {
            frame.get().invoke(instance(block));
        } else if (hasTests(block)) {
            runTests(block);
        } else if (main.isPresent()) {
            main.get().invoke(null, (Object) new String[0]);
        } else if (compactMain.isPresent()) {
            compactMain.get().invoke(instance(block));
        } else if (statements.isPresent() && inTask) {
            var options = LoopOptions.defaults().withTicker(VirtualClock.autojump());
            EventLoop.run(options, () -> statements.get().invoke(instance(block)));
        } else if (statements.isPresent()) {
            statements.get().invoke(instance(block));
        } else {
            throw new IllegalArgumentException("Nothing calls these members. Give the block a frame: see BlockRun.");
        }
    }

    private static Optional<Method> method(Class<?> block, String name, Class<?>... parameters) {
        try {
            Method method = block.getDeclaredMethod(name, parameters);
            method.setAccessible(true);
            return Optional.of(method);
        } catch (NoSuchMethodException e) {
            return Optional.empty();
        }
    }

    private static Object instance(Class<?> block) throws ReflectiveOperationException {
        Constructor<?> constructor = block.getDeclaredConstructor();
        constructor.setAccessible(true);
        return constructor.newInstance();
    }

    private static boolean hasTests(Class<?> block) {
        return Arrays.stream(block.getDeclaredMethods())
                .anyMatch(
                        method -> method.isAnnotationPresent(LoopTest.class) || method.isAnnotationPresent(Test.class));
    }

    private static void runTests(Class<?> block) {
        var summary = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(block))
                                .build(),
                        summary);
        summary.getSummary().printFailuresTo(new PrintWriter(System.err, true, UTF_8));
        if (summary.getSummary().getTestsSucceededCount() == 0
                || summary.getSummary().getTotalFailureCount() > 0) {
            throw new IllegalStateException("the tests of the block have not succeeded");
        }
    }
}
