package io.gyre.loop;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.spi.Failure;
import io.gyre.loop.sync.AdaptiveLimiter;
import io.gyre.loop.sync.Barrier;
import io.gyre.loop.sync.Broadcast;
import io.gyre.loop.sync.CapacityLimiter;
import io.gyre.loop.sync.Channel;
import io.gyre.loop.sync.Condition;
import io.gyre.loop.sync.Event;
import io.gyre.loop.sync.Lock;
import io.gyre.loop.sync.Overflow;
import io.gyre.loop.sync.ParkingLot;
import io.gyre.loop.sync.Queue;
import io.gyre.loop.sync.Semaphore;
import io.gyre.loop.sync.Watch;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls every public method from a thread without a loop: what is refused names the method and the way in. */
class ForeignThreadTest {
    /** Methods that drive or await a loop, and would do so here. */
    private static final Set<String> EXCEPTIONS = Set.of(
            "EventLoop.run",
            "EventLoop.create",
            "EventLoop.call",
            "EventLoop.runForever",
            "EventLoop.runOnce",
            "EventLoop.runUntilComplete",
            "EventLoop.runAsGuest",
            "EventLoop.close",
            "EventLoop.shutdown",
            "Task.get",
            "LoopFuture.get",
            // refuse for another reason: the state, or words of the caller
            "Task.resultNow",
            "Task.exceptionNow",
            "LoopFuture.resultNow",
            "LoopFuture.exceptionNow",
            "LowLevel.checkLoop",
            // suspend only later, or if their body does
            "Combinators.asCompleted",
            "LowLevel.blocking",
            "Async.unwrap");

    private final HandDrivenLoop driven = new HandDrivenLoop();
    private final EventLoop loop = driven.loop;
    private final Map<Class<?>, Object> objects = new LinkedHashMap<>();
    private final Pipe pipe;
    private final Map<Class<?>, Object> arguments;

    ForeignThreadTest() throws IOException {
        pipe = Pipe.open();
        arguments = Map.ofEntries(
                entry(Duration.class, Duration.ofSeconds(1)),
                entry(String.class, "text"),
                entry(Object.class, "text"),
                entry(int.class, 1),
                entry(long.class, 1L),
                entry(boolean.class, true),
                entry(Class.class, IOException.class),
                entry(Throwable.class, new IOException()),
                entry(Exception.class, new IOException()),
                entry(CompletableFuture.class, new CompletableFuture<>()),
                entry(CompletionStage.class, new CompletableFuture<>()),
                entry(Future.class, new CompletableFuture<>()),
                entry(SelectableChannel.class, pipe.source()),
                entry(ChannelListener.class, driven.call(IdleListener::new)),
                entry(Overflow.class, Overflow.DROP_OLDEST),
                entry(Combinators.When.class, Combinators.When.FIRST_COMPLETED),
                entry(Failure.class, new Failure("text", "loop", null, new IOException())),
                entry(EventLoop.class, loop),
                entry(Offloading.class, Offloading.onLoopExecutor()),
                entry(TaskGroupOptions.class, TaskGroupOptions.defaults()));
    }

    private static final class IdleListener extends ChannelListener {
        @Override
        protected void run() {
            // has no channels
        }

        @Override
        protected void closed(ChannelRegistration registration) {
            // has no channels
        }
    }

    @BeforeEach
    void makeObjects() {
        loop.createTask("objects", () -> {
            Channel<Object> channel = Channel.open(1);
            var lock = new Lock();
            Stream.of(
                            lock,
                            new Event(),
                            new Condition(lock),
                            new Semaphore(1),
                            new CapacityLimiter(1),
                            new AdaptiveLimiter("limiter", 1, 1, Duration.ofDays(1)),
                            new Barrier(2),
                            new Queue<>(1),
                            channel,
                            channel.sender(),
                            channel.receiver(),
                            new ParkingLot("lot"),
                            new Watch<>(""),
                            new Broadcast<>())
                    .forEach(object -> objects.put(object.getClass(), object));
        });
        driven.settle();
        objects.put(EventLoop.class, loop);
        objects.put(Task.class, loop.createTask("parked", () -> Async.sleep(Duration.ofDays(1))));
        objects.put(LoopFuture.class, loop.createFuture());
        objects.put(TimerHandle.class, loop.callLater(Duration.ofDays(1), () -> {}));
        driven.settle();
    }

    @AfterEach
    void close() throws IOException {
        driven.close();
        pipe.source().close();
        pipe.sink().close();
    }

    @Test
    @Feature("Misuse diagnostics: what was called, and what to call instead")
    void whatIsRefusedNamesTheMethodAndTheWayIntoTheLoop() throws Exception {
        var wrong = new ArrayList<String>();
        var refused = new TreeSet<String>();
        OtherThread.run(() -> {
                    for (Class<?> type : List.of(Async.class, Combinators.class, LowLevel.class, TaskGroup.class)) {
                        callAll(type, null, refused, wrong);
                    }
                    objects.forEach((type, object) -> callAll(type, object, refused, wrong));
                })
                .get();

        assertThat(wrong).isEmpty();
        assertThat(refused)
                .contains(
                        "Async.createTask",
                        "Async.sleep",
                        "Async.timeout",
                        "Combinators.gather",
                        "EventLoop.callLater",
                        "EventLoop.callAt",
                        "EventLoop.createTask",
                        "LoopFuture.setResult",
                        "Queue.put",
                        "Queue.tryPut",
                        "Event.set",
                        "Semaphore.acquire",
                        "Lock.acquire",
                        "Barrier.await")
                .containsAll(suspending());
    }

    /** {@return the suspending calls of the types called here, of which none may work in a foreign thread} */
    private List<String> suspending() throws IOException {
        var types = new TreeSet<String>(List.of("Async", "Combinators", "LowLevel"));
        objects.keySet().forEach(type -> types.add(type.getSimpleName()));
        return SuspendingApi.calls().stream()
                .filter(call -> types.contains(call.type()))
                .map(SuspendingApi.Call::toString)
                .filter(name -> !EXCEPTIONS.contains(name))
                .distinct()
                .toList();
    }

    private void callAll(Class<?> type, @Nullable Object object, Collection<String> refused, List<String> wrong) {
        for (Method method : type.getMethods()) {
            String name = type.getSimpleName() + "." + method.getName();
            if (method.getDeclaringClass().getName().startsWith("io.gyre.")
                    && Modifier.isStatic(method.getModifiers()) == (object == null)
                    && !EXCEPTIONS.contains(name)) {
                call(name, method, object, refused, wrong);
            }
        }
    }

    private void call(
            String name, Method method, @Nullable Object object, Collection<String> refused, List<String> wrong) {
        try {
            method.invoke(
                    object,
                    Stream.of(method.getGenericParameterTypes())
                            .map(this::argument)
                            .toArray());
        } catch (InvocationTargetException e) {
            Throwable refusal = Objects.requireNonNull(e.getCause());
            String message = String.valueOf(refusal.getMessage());
            if (refusal instanceof IllegalStateException || refusal instanceof WrongThreadException) {
                refused.add(name);
                if (!message.contains("." + method.getName() + " ")
                        || !message.contains("loop.call(() -> ...)")
                        || message.contains("suspend")) {
                    wrong.add(name + ": " + message);
                }
            } else {
                wrong.add(name + ": " + refusal);
            }
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(name, e);
        } catch (IllegalArgumentException noArgument) {
            wrong.add(name + ": " + noArgument.getMessage());
        }
    }

    private Object argument(Type type) {
        return switch (type) {
            case Class<?> plain -> argumentOf(plain);
            case ParameterizedType list
            when list.getRawType() == Collection.class || list.getRawType() == List.class ->
                List.of(argument(list.getActualTypeArguments()[0]));
            case ParameterizedType generic -> argument(generic.getRawType());
            case WildcardType wildcard -> argument(wildcard.getUpperBounds()[0]);
            case TypeVariable<?> variable -> argument(variable.getBounds()[0]);
            case GenericArrayType array -> {
                Object element = argument(array.getGenericComponentType());
                Object made = Array.newInstance(rawOf(array.getGenericComponentType()), 1);
                Array.set(made, 0, element);
                yield made;
            }
            default -> throw new IllegalArgumentException("an argument for " + type);
        };
    }

    private static Class<?> rawOf(Type type) {
        return (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
    }

    private Object argumentOf(Class<?> type) {
        Object argument = arguments.getOrDefault(type, objects.get(type));
        if (argument != null) {
            return argument;
        } else if (type.isArray()) {
            return Array.newInstance(type.getComponentType(), 0);
        } else if (type.isInterface()) {
            return Proxy.newProxyInstance(
                    type.getClassLoader(), new Class<?>[] {type}, (_, called, _) -> answer(called));
        }
        throw new IllegalArgumentException("an argument for " + type);
    }

    private static Object answer(Method called) {
        return switch (called.getName()) {
            case "toString" -> "proxy";
            case "hashCode" -> 1;
            case "equals" -> false;
            default -> called.getReturnType() == boolean.class ? (Object) true : "text";
        };
    }
}
