package io.gyre.net.netty;

import io.gyre.loop.BusyException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.net.SocketStream.Detached;
import io.gyre.net.StreamHandler;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection as typed messages, over a pipeline of Netty's codecs.
 *
 * {@snippet :
 * try (Framed<String, String> framed = Framed.connect("localhost", 7007, String.class, pipeline -> pipeline.addLast(
 *         new LineBasedFrameDecoder(1024), new StringDecoder(UTF_8), new StringEncoder(UTF_8)))) {
 *     framed.write("hello\n");
 *     System.out.println(framed.read().orElse("(end)"));
 * }
 * }
 *
 * <p><b>Back-pressure:</b> the channel is read once ahead, and again when {@link #read} wants a message that is not there;
 * {@link #write} waits until its message has left.
 *
 * <p><b>Ownership:</b> a message that {@link #read} returns is the caller's: release it if it is reference-counted. A message
 * given to {@link #write} is released by the pipeline, also if the write fails. Messages that nobody has read are
 * released by {@link #close}, or when the loop closes.
 *
 * <p><b>Pipeline:</b> its handlers see each event from {@code handlerAdded} and {@code channelActive} on. The last handler
 * belongs to this class: a handler that adds others later, such as one that chooses by ALPN, adds them behind itself with
 * {@code addAfter}, not with {@code addLast}.
 *
 * <p><b>TLS:</b> an {@code SslHandler} in the pipeline works as everywhere in Netty; give it {@link
 * Netty#offloadExecutor}. Half-close is then not available. An end without {@code close_notify} is an {@link
 * java.io.EOFException} of {@link #read}, behind the messages that have arrived.
 *
 * <p><b>Servers:</b> a connection of {@link #serve} is one of its server like any stream. Draining ends its input behind the
 * messages that have arrived, and what the peer breaks is counted and is no failure of the handler.
 *
 * <p><b>Confinement:</b> the loop that created it; one task reads and one writes. <b>Resources:</b> holds a connection
 * until it is closed, or its loop closes.
 *
 * @param <I> the messages that are read
 * @param <O> the messages that are written
 */
public final class Framed<I, O> implements Iterable<I>, AutoCloseable {
    private static final String REMEDY = "A connection belongs to the loop that created it.";

    private final EventLoop loop = EventLoop.current();
    private final Channel channel;
    private final FramedTail<I> tail;
    private @Nullable Task<?> writer;

    /** The last message that the pipeline was given. */
    private @Nullable ChannelFuture written;

    private Framed(FramedTail<I> tail) {
        this.channel = tail.channel();
        this.tail = tail;
    }

    // ---- making

    /**
     * Wraps a channel whose handlers run on the current loop; for channels that no other method here makes. Messages that
     * its pipeline has delivered before are gone. <b>Suspends:</b> no.
     *
     * @param <I> the messages that are read
     * @param <O> the messages that are written
     * @param channel a channel with its handlers; belongs to the result, which switches {@code autoRead} off
     * @param type the messages that come out of the pipeline
     * @return the connection
     * @throws IllegalArgumentException if its handlers run elsewhere
     */
    public static <I, O> Framed<I, O> of(Channel channel, Class<I> type) {
        EventLoop loop = EventLoop.current();
        boolean isHere = channel instanceof EmbeddedChannel
                || (channel.eventLoop() instanceof BridgeEventLoop bridge && bridge.loop == loop);
        if (!isHere) {
            throw new IllegalArgumentException("the handlers of " + LowLevel.describe(channel) + " run on "
                    + LowLevel.describe(channel.eventLoop()) + " and not on " + loop
                    + ". Register the channel with the group NettyLoops.group(EventLoop.current()).");
        }
        channel.config().setAutoRead(false);
        var tail = new FramedTail<>(channel, type, null);
        channel.pipeline().addLast(tail);
        return new Framed<>(tail);
    }

    /**
     * Connects to a host by name or address, as {@link TcpStream#connect(String, int)} does.
     *
     * <p><b>Suspends:</b> until connected. <b>Cancellation:</b> closes the socket.
     *
     * @param <I> the messages that are read
     * @param <O> the messages that are written
     * @param host a name, which {@link io.gyre.net.Dns} looks up, or a numeric address
     * @param port 1 to 65535
     * @param type the messages that come out of the pipeline
     * @param pipeline adds the handlers
     * @return the connection
     * @throws IOException if the name has no address or the peer does not accept the connection
     */
    public static <I, O> Framed<I, O> connect(String host, int port, Class<I> type, Consumer<ChannelPipeline> pipeline)
            throws IOException {
        return connected(TcpStream.connect(host, port), type, pipeline);
    }

    /**
     * Connects to an address. <b>Suspends:</b> until connected. <b>Cancellation:</b> closes the socket.
     *
     * @param <I> the messages that are read
     * @param <O> the messages that are written
     * @param address the address; {@link io.gyre.net.Dns} looks it up if it is not resolved
     * @param type the messages that come out of the pipeline
     * @param pipeline adds the handlers
     * @return the connection
     * @throws IOException if the name has no address or the peer does not accept the connection
     */
    public static <I, O> Framed<I, O> connect(
            InetSocketAddress address, Class<I> type, Consumer<ChannelPipeline> pipeline) throws IOException {
        return address.isUnresolved()
                ? connect(address.getHostString(), address.getPort(), type, pipeline)
                : connected(TcpStream.connect(address), type, pipeline);
    }

    private static <I, O> Framed<I, O> connected(TcpStream stream, Class<I> type, Consumer<ChannelPipeline> pipeline)
            throws IOException {
        try {
            return of(stream, type, pipeline);
        } catch (Throwable failure) {
            stream.abort(); // unless it has given its connection away
            throw failure;
        }
    }

    /**
     * Goes on with a connection of which a stream has read the beginning. The stream is {@linkplain TcpStream#detach closed},
     * its connection is not; bytes that it has received and not delivered come first.
     *
     * <p><b>Suspends:</b> until buffered writes of the stream are sent, and the handlers are added. <b>Cancellation:</b>
     * leaves the stream as it is, or closes the connection.
     *
     * @param <I> the messages that are read
     * @param <O> the messages that are written
     * @param stream a stream that no other task uses
     * @param type the messages that come out of the pipeline
     * @param pipeline adds the handlers; what it throws is thrown here
     * @return the connection
     * @throws IOException if the connection is broken or closed
     */
    public static <I, O> Framed<I, O> of(TcpStream stream, Class<I> type, Consumer<ChannelPipeline> pipeline)
            throws IOException {
        var executor = NettyLoops.group(EventLoop.current()).next();
        Detached connection = stream.detach();
        var channel =
                new NioSocketChannel(connection.isAccepted() ? NettyLoops.accepting() : null, connection.channel());
        var tail = new FramedTail<>(channel, type, connection);
        try {
            channel.config().setAutoRead(false).setAllowHalfClosure(true);
            var beginning = new Beginning(pipeline, tail);
            ChannelFuture registered = tail.await(executor.submit(() -> {
                channel.pipeline().addLast(beginning);
                ChannelFuture done = executor.register(channel); // at once: this is the event loop
                if (beginning.hasSucceeded() && connection.unread().hasRemaining()) {
                    channel.pipeline().fireChannelRead(Unpooled.wrappedBuffer(connection.unread()));
                    channel.pipeline().fireChannelReadComplete();
                }
                return done;
            }));
            beginning.throwIfFailed();
            tail.await(registered);
            connection.whenInputEnds(tail::endInput);
            return new Framed<>(tail);
        } catch (Throwable failure) {
            closeSoon(executor, channel, tail);
            throw failure;
        }
    }

    /** Adds the handlers before the channel is active, so that they miss nothing. */
    private static final class Beginning extends ChannelInitializer<Channel> {
        private final Consumer<ChannelPipeline> pipeline;
        private final FramedTail<?> tail;
        private boolean added;
        private @Nullable Throwable failure;

        Beginning(Consumer<ChannelPipeline> pipeline, FramedTail<?> tail) {
            this.pipeline = pipeline;
            this.tail = tail;
        }

        @Override
        protected void initChannel(Channel channel) {
            try {
                pipeline.accept(channel.pipeline());
                channel.pipeline().addLast(tail);
                added = true;
            } catch (RuntimeException | Error e) {
                failure = e;
            }
        }

        boolean hasSucceeded() {
            return added;
        }

        void throwIfFailed() {
            if (failure instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (failure instanceof Error error) {
                throw error;
            }
        }
    }

    /** Behind its registration: a channel that is not registered cannot be closed. */
    private static void closeSoon(EventExecutor executor, Channel channel, FramedTail<?> tail) {
        try {
            executor.execute(tail::close);
        } catch (RejectedExecutionException over) {
            channel.unsafe().closeForcibly();
        }
    }

    /**
     * {@return a handler for servers of streams that speaks in messages} For {@link TcpServer#serve} and the like, which
     * limits connections, counts them and ends them.
     *
     * @param <I> the messages that are read
     * @param <O> the messages that are written
     * @param type the messages that come out of the pipeline
     * @param pipeline adds the handlers of each connection
     * @param handler serves each connection
     */
    public static <I, O> StreamHandler<TcpStream> handler(
            Class<I> type, Consumer<ChannelPipeline> pipeline, FramedHandler<I, O> handler) {
        return stream -> {
            try (Framed<I, O> framed = of(stream, type, pipeline)) {
                handler.handle(framed);
            }
        };
    }

    /**
     * Serves connections of typed messages at an address. <b>Suspends:</b> no.
     *
     * @param <I> the messages that are read
     * @param <O> the messages that are written
     * @param address where to listen; port 0 for any
     * @param type the messages that come out of the pipeline
     * @param pipeline adds the handlers of each connection
     * @param handler serves each connection, in a task of its own
     * @return the server
     * @throws IOException if the address cannot be used
     */
    public static <I, O> TcpServer serve(
            InetSocketAddress address, Class<I> type, Consumer<ChannelPipeline> pipeline, FramedHandler<I, O> handler)
            throws IOException {
        return TcpServer.serve(address, handler(type, pipeline, handler));
    }

    // ---- reading

    /**
     * Reads a message.
     *
     * <p><b>Suspends:</b> until the pipeline delivers one. Always a checkpoint. <b>Cancellation:</b> no message is lost: the
     * next call gets it.
     *
     * @return the message, which is the caller's to release; empty at the end of the input
     * @throws java.nio.channels.ClosedChannelException if this end is closed
     * @throws BusyException if another task reads
     * @throws IOException what the pipeline throws, if it is one or has one among its causes, such as a failed handshake;
     *     otherwise with its failure as the cause, such as a decoder's
     */
    public Optional<I> read() throws IOException {
        LowLevel.checkLoop(this, loop, REMEDY);
        return Optional.ofNullable(tail.read(LowLevel.checkpoint(), this));
    }

    /**
     * {@return the messages until the end of the input, each as {@link #read} returns it} Its iterator throws {@link
     * UncheckedIOException}, and is for one task.
     */
    @Override
    public Iterator<I> iterator() {
        return LowLevel.iterator("the input of " + this, () -> {
            try {
                return read().orElse(null);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    // ---- writing

    /**
     * Writes a message.
     *
     * <p><b>Suspends:</b> until the system has taken the message. Always a checkpoint. <b>Cancellation:</b> before the
     * pipeline has the message, drops it; afterwards the message is sent as a whole, unless this end is closed first.
     *
     * @param message released by the pipeline, if it is reference-counted, also if this call fails
     * @throws java.nio.channels.ClosedChannelException if this end is closed
     * @throws BusyException if another task writes
     * @throws IOException as {@link #read}: what the connection or an encoder throws
     */
    public void write(O message) throws IOException {
        boolean handedOver = false;
        try {
            LowLevel.checkLoop(this, loop, REMEDY);
            Task<?> task = LowLevel.checkpoint();
            beginWriting(task);
            try {
                tail.awaitWritable(task);
                handedOver = true;
                written = channel.writeAndFlush(message);
                tail.await(written);
            } finally {
                writer = null;
            }
        } finally {
            if (!handedOver) {
                ReferenceCountUtil.release(message);
            }
        }
    }

    /**
     * Waits for something else that happens on this connection, such as the handshake of a handler:
     *
     * {@snippet :
     * framed.await(new WebSocketServerHandshaker13("/chat", null, limits).handshake(framed.channel(), request));
     * }
     *
     * <p><b>Suspends:</b> until the future is done. Always a checkpoint. <b>Cancellation:</b> leaves the future alone.
     *
     * @param future a future of the channel or its handlers
     * @throws IOException as {@link #read}: what the connection or a handler throws
     */
    public void await(Future<?> future) throws IOException {
        LowLevel.checkLoop(this, loop, REMEDY);
        tail.await(future);
    }

    // ---- ending

    /**
     * Tells the peer that no more messages will come; reading goes on. Not for pipelines with TLS, whose peer would take it
     * for a cut.
     *
     * <p><b>Suspends:</b> until what was written is sent, and the output is shut down. <b>Cancellation:</b> does not shut the
     * output down, or shuts it down nevertheless.
     *
     * @throws UnsupportedOperationException if the channel has no half-close
     * @throws BusyException if another task writes
     * @throws IOException if the connection is broken or closed
     */
    public void closeOutput() throws IOException {
        LowLevel.checkLoop(this, loop, REMEDY);
        Task<?> task = LowLevel.checkpoint();
        if (!(channel instanceof DuplexChannel duplex) || tail.hasTls()) {
            throw new UnsupportedOperationException(LowLevel.describe(channel) + " has no half-close"
                    + (tail.hasTls() ? " under TLS" : "") + ". Use close.");
        }
        beginWriting(task);
        try {
            if (written != null) {
                new FutureWait(task, written).await(); // of a write that was cancelled; its failure was its writer's
            }
            tail.await(duplex.shutdownOutput());
        } finally {
            writer = null;
        }
    }

    private void beginWriting(Task<?> task) {
        if (writer != null) {
            throw new BusyException("the writing side of " + this, writer, task);
        }
        writer = task;
    }

    /**
     * Closes the connection and releases the messages that nobody has read. Does nothing the second time.
     *
     * <p><b>Suspends:</b> no. Tasks that read or write get {@link java.nio.channels.ClosedChannelException}.
     */
    @Override
    public void close() {
        if (!loop.isClosed()) {
            LowLevel.checkLoop(this, loop, REMEDY);
            tail.close();
        }
    }

    /** {@return the channel, for its addresses and options} */
    public Channel channel() {
        return channel;
    }

    @Override
    public String toString() {
        return "Framed[" + LowLevel.describe(channel) + "]";
    }
}
