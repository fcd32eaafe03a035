package io.gyre.loop.testing;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** Invokes a {@link LoopTest} once, or once for each seed. */
final class LoopTestInvocations implements TestTemplateInvocationContextProvider {
    /** Short enough to copy by hand. */
    private static final int SEED_BOUND = 1_000_000_000;

    /** Called by JUnit. */
    LoopTestInvocations() {}

    private record Invocation(String displayName, LoopTestSettings settings) implements TestTemplateInvocationContext {
        @Override
        public String getDisplayName(int invocationIndex) {
            return settings.seed() == null ? displayName : "seed " + settings.seed();
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(new LoopTestExtension(settings));
        }
    }

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return AnnotationSupport.isAnnotated(context.getTestMethod(), LoopTest.class);
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        LoopTest test = AnnotationSupport.findAnnotation(context.getTestMethod(), LoopTest.class)
                .orElseThrow();
        Duration timeout = Duration.ofMillis(test.timeoutMillis());
        if (test.seed().length == 0 && test.seeds() == 0) {
            return Stream.of(
                    new Invocation(context.getDisplayName(), new LoopTestSettings(test.time(), timeout, null)));
        }
        LongStream seeds = test.seed().length > 0
                ? LongStream.of(test.seed())
                : RandomGenerator.getDefault().longs(test.seeds(), 0, SEED_BOUND);
        return seeds.mapToObj(
                seed -> new Invocation(context.getDisplayName(), new LoopTestSettings(test.time(), timeout, seed)));
    }
}
