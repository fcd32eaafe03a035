package io.gyre.examples.clients;

import static io.grpc.stub.ClientCalls.blockingUnaryCall;
import static io.grpc.stub.ClientCalls.futureUnaryCall;
import static io.gyre.examples.Talk.ANY_PORT;
import static io.gyre.loop.Async.await;
import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.timeout;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import io.gyre.loop.sync.Semaphore;
import io.gyre.net.netty.Netty;
import io.gyre.net.netty.NettyLoops;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class GrpcTest {
    /** Messages without Protocol Buffers. */
    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String message) {
            return new ByteArrayInputStream(message.getBytes(UTF_8));
        }

        @Override
        public String parse(InputStream message) {
            try {
                return new String(message.readAllBytes(), UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final MethodDescriptor<String, String> ASK = MethodDescriptor.newBuilder(new Text(), new Text())
            .setType(MethodType.UNARY)
            .setFullMethodName("gyre.Oracle/ask")
            .build();

    /** A server on the loop, and a channel to it. */
    private static final class Pair implements AutoCloseable {
        private final EventLoop loop = EventLoop.current();
        private final EventLoopGroup group = NettyLoops.group(loop);
        private final Server server;
        private final ManagedChannel channel;

        Pair(ServerCalls.UnaryMethod<String, String> method) throws IOException {
            server = NettyServerBuilder.forAddress(ANY_PORT)
                    .bossEventLoopGroup(group)
                    .workerEventLoopGroup(group)
                    .channelType(NioServerSocketChannel.class)
                    .executor(loop)
                    .addService(ServerServiceDefinition.builder("gyre.Oracle")
                            .addMethod(ASK, ServerCalls.asyncUnaryCall(method))
                            .build())
                    .build()
                    .start();
            channel = NettyChannelBuilder.forAddress("localhost", server.getPort())
                    .eventLoopGroup(group)
                    .channelType(NioSocketChannel.class)
                    .executor(loop)
                    .offloadExecutor(Netty.offloadExecutor())
                    .usePlaintext()
                    .build();
        }

        Future<String> ask(String question) {
            return ask(question, CallOptions.DEFAULT);
        }

        Future<String> ask(String question, CallOptions options) {
            return futureUnaryCall(channel.newCall(ASK, options), question);
        }

        @Override
        public void close() {
            LowLevel.blocking("the end of gRPC", () -> {
                channel.shutdownNow().awaitTermination(5, SECONDS);
                server.shutdownNow().awaitTermination(5, SECONDS);
            });
        }
    }

    /** Waits for the answer to a call, and ends the call if the task is cancelled meanwhile. */
    private static String ended(Future<String> call) {
        try {
            return await(call);
        } finally {
            call.cancel(true);
        }
    }

    @Test
    void answerIsAwaitedInATaskAndServerAndClientCallBackOnTheLoop() throws Exception {
        OnLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            try (var pair = new Pair((question, answers) -> {
                answers.onNext(question + " " + loop.inLoop());
                answers.onCompleted();
            })) {
                assertThat(await(pair.ask("on the loop"))).isEqualTo("on the loop true");
                assertThat(LowLevel.blocking(
                                "the answer", () -> pair.ask("on the loop").get()))
                        .isEqualTo("on the loop true");
                assertThat(blockingUnaryCall(pair.channel, ASK, CallOptions.DEFAULT, "on the loop"))
                        .isEqualTo("on the loop true");

                var calledBack = loop.<Boolean>createFuture();
                futureUnaryCall(pair.channel.newCall(ASK, CallOptions.DEFAULT), "listener")
                        .addListener(() -> calledBack.setResult(loop.inLoop()), Runnable::run);
                assertThat(calledBack.await()).isTrue();
            }
        });
    }

    @Test
    void callIsTimedOutAndCancelledFromATask() throws Exception {
        OnLoop.run(() -> {
            var asked = new Semaphore(0);
            var abandoned = new Semaphore(0);
            try (var pair = new Pair((_, answers) -> {
                ((ServerCallStreamObserver<String>) answers).setOnCancelHandler(abandoned::release);
                asked.release();
            })) {
                Future<String> late = pair.ask("silence");
                asked.acquire();
                assertThatExceptionOfType(TimeoutException.class)
                        .isThrownBy(() -> timeout(Duration.ofMillis(5), () -> ended(late)));
                abandoned.acquire();

                Task<String> task = createTask(() -> ended(pair.ask("silence")));
                asked.acquire();
                task.cancel("enough");
                abandoned.acquire();
                assertThat(task.isCancelled()).isTrue();
            }
        });
    }

    @Test
    void deadlineIsATimerOfTheLoop() throws Exception {
        OnLoop.run(() -> {
            try (var pair = new Pair((_, _) -> {})) {
                assertThatExceptionOfType(StatusRuntimeException.class)
                        .isThrownBy(() -> blockingUnaryCall(
                                pair.channel, ASK, CallOptions.DEFAULT.withDeadlineAfter(20, MILLISECONDS), "silence"))
                        .satisfies(failure ->
                                assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
            }
        });
    }
}
