package io.gyre.loop.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.LoopPortal;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;

/** The technology compatibility kit of Reactive Streams. It is made for TestNG; each of its tests is run as one of JUnit. */
class FlowsTckTest {
    /** How long to wait for a signal that must come, and for one that must not: in milliseconds of real time. */
    private static final TestEnvironment ENVIRONMENT = new TestEnvironment(4_000, 30, 30);

    private static final long GC_TIMEOUT_MILLIS = 300;

    private static LoopPortal portal;

    @BeforeAll
    static void startLoop() {
        portal = LoopPortal.start();
    }

    @AfterAll
    static void endLoop() {
        portal.close();
    }

    @TestFactory
    Stream<DynamicTest> publisherOfAnIterable() {
        return testsOf(new PublisherVerification() {
            @Override
            Flow.Publisher<Long> publisher(long elements) {
                return Flows.publish(() -> LongStream.range(0, elements).iterator());
            }

            @Override
            Flow.Publisher<Long> failedPublisher() {
                return Flows.publish(() -> {
                    throw new IllegalStateException("no iterator");
                });
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> publisherOfAGenerator() {
        return testsOf(new PublisherVerification() {
            @Override
            Flow.Publisher<Long> publisher(long elements) {
                return Flows.publish(Channel.<Long>produce(2, sender -> {
                    for (long i = 0; i < elements; i++) {
                        sender.send(i);
                    }
                }));
            }

            @Override
            Flow.Publisher<Long> failedPublisher() {
                return Flows.publish(Channel.<Long>produce(2, sender -> {
                    throw new IllegalStateException("no producer");
                }));
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> subscriber() {
        var verification = new SubscriberVerification();
        verification.startPublisherExecutorService();
        return testsOf(verification).onClose(verification::shutdownPublisherExecutorService);
    }

    /** All but those that the kit itself declares untestable. */
    private static Stream<DynamicTest> testsOf(Object verification) {
        return Stream.of(verification.getClass().getMethods())
                .filter(method -> method.isAnnotationPresent(org.testng.annotations.Test.class))
                .filter(method -> !method.getName().startsWith("untested_"))
                .map(method -> DynamicTest.dynamicTest(method.getName(), () -> run(verification, method)));
    }

    private static void run(Object verification, Method test) throws Throwable {
        ENVIRONMENT.clearAsyncErrors();
        try {
            test.invoke(verification);
        } catch (InvocationTargetException e) {
            throw Objects.requireNonNull(e.getCause());
        }
    }

    private abstract static class PublisherVerification extends FlowPublisherVerification<Long> {
        PublisherVerification() {
            super(ENVIRONMENT, GC_TIMEOUT_MILLIS);
        }

        abstract Flow.Publisher<Long> publisher(long elements);

        abstract Flow.Publisher<Long> failedPublisher();

        @Override
        public final Flow.Publisher<Long> createFlowPublisher(long elements) {
            return portal.call(() -> publisher(elements));
        }

        @Override
        public final Flow.Publisher<Long> createFailedFlowPublisher() {
            return portal.call(() -> failedPublisher());
        }
    }

    private static final class SubscriberVerification extends FlowSubscriberBlackboxVerification<Integer> {
        SubscriberVerification() {
            super(ENVIRONMENT);
        }

        @Override
        public Flow.Subscriber<Integer> createFlowSubscriber() {
            var subscriber = new CompletableFuture<Flow.Subscriber<? super Integer>>();
            Flow.Publisher<Integer> publisher = subscriber::complete;
            portal.createTask(() -> {
                try (Receiver<Integer> receiver = Flows.subscribe(publisher, 4)) {
                    for (Integer element : receiver) {
                        assertThat(element).isNotNull();
                    }
                }
                return "";
            });
            @SuppressWarnings("unchecked") // who takes anything above an Integer takes that
            var ofIntegers = (Flow.Subscriber<Integer>) subscriber.join();
            return ofIntegers;
        }

        @Override
        public Integer createElement(int element) {
            return element;
        }
    }
}
