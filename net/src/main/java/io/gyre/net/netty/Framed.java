package io.gyre.net.netty;

import io.gyre.loop.BusyException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.net.SocketStream.Detached;
import io.gyre.net.StreamHandler;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
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
 * released by {@link #close}.
 *
 * <p><b>TLS:</b> an {@code SslHandler} in the pipeline works as everywhere in Netty; give it {@link
 * Netty#offloadExecutor}. Half-close is then not available. An end without {@code close_notify} is an {@link
 * java.io.EOFException} of {@link #read}, behind the messages that have arrived.
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

    private Framed(Channel channel, FramedTail<I> tail) {
        this.channel = channel;
        this.tail = tail;
    }

    // ---- making

    /**
     * Wraps a channel whose handlers run on the current loop; for channels that no other method here makes. <b>Suspends:</b>
     * no.
     *
     * @param <I> the messages that are read
     * @param <O> the messages that are written
     * @param channel a channel with its handlers, best without {@code autoRead}; belongs to the result
     * @param type the messages that come out of the pipeline
     * @return the connection
     */
    public static <I, O> Framed<I, O> of(Channel channel, Class<I> type) {
        var tail = new FramedTail<>(channel, type);
        channel.pipeline().addLast(tail);
        return new Framed<>(channel, tail);
    }

    /**
     * Connects to a host by name or address. <b>Suspends:</b> until connected. <b>Cancellation:</b> closes the socket.
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
        return connect(InetSocketAddress.createUnresolved(host, port), type, pipeline);
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
        EventLoopGroup group = NettyLoops.group(EventLoop.current());
        ChannelFuture connecting = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .resolver(NettyLoops.resolver())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel made) {
                        pipeline.accept(made.pipeline());
                        made.pipeline().addLast(new FramedTail<>(made, type));
                    }
                })
                .connect(address);
        try {
            await(connecting);
        } catch (CancellationException cancelled) {
            connecting.channel().close();
            throw cancelled;
        }
        return made(connecting.channel());
    }

    /** {@return the connection of a channel whose pipeline ends in a tail} */
    @SuppressWarnings("unchecked") // the caller has added it
    private static <I, O> Framed<I, O> made(Channel channel) {
        return new Framed<>(channel, (FramedTail<I>) channel.pipeline().last());
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
     * @param pipeline adds the handlers
     * @return the connection
     * @throws IOException if the connection is broken or closed
     */
    public static <I, O> Framed<I, O> of(TcpStream stream, Class<I> type, Consumer<ChannelPipeline> pipeline)
            throws IOException {
        EventLoopGroup group = NettyLoops.group(EventLoop.current());
        Detached detached = stream.detach();
        var channel = new NioSocketChannel(detached.channel());
        try {
            channel.config().setAutoRead(false).setAllowHalfClosure(true);
            await(group.register(channel));
            await(channel.eventLoop().submit(() -> {
                pipeline.accept(channel.pipeline());
                channel.pipeline().addLast(new FramedTail<>(channel, type));
                if (detached.unread().hasRemaining()) {
                    channel.pipeline().fireChannelRead(Unpooled.wrappedBuffer(detached.unread()));
                    channel.pipeline().fireChannelReadComplete();
                }
            }));
            return made(channel);
        } catch (Throwable failure) {
            channel.close();
            throw failure;
        }
    }

    /**
     * {@return a handler for servers of streams that speaks in messages} For {@link TcpServer#serve} and the like, which
     * limits connections, counts them and ends them. Draining does not end the input of such a connection: it lasts
     * until its handler returns, or the limit of the drain.
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
        return new Iterator<>() {
            private Optional<I> next = Optional.empty();

            @Override
            public boolean hasNext() {
                if (next.isEmpty()) {
                    try {
                        next = read();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
                return next.isPresent();
            }

            @Override
            public I next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("the input of " + Framed.this + " has ended");
                }
                I message = next.orElseThrow();
                next = Optional.empty();
                return message;
            }
        };
    }

    // ---- writing

    /**
     * Writes a message.
     *
     * <p><b>Suspends:</b> until the system has taken the message. Always a checkpoint. <b>Cancellation:</b> before the
     * pipeline has the message, drops it; afterwards the message is sent, and never in part.
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
            if (writer != null) {
                throw new BusyException("the writing side of " + this, writer, task);
            }
            writer = task;
            try {
                tail.awaitWritable(task);
                handedOver = true;
                await(channel.writeAndFlush(message));
            } finally {
                writer = null;
            }
        } finally {
            if (!handedOver) {
                ReferenceCountUtil.release(message);
            }
        }
    }

    // ---- ending

    /**
     * Tells the peer that no more messages will come; reading goes on. Not for pipelines with TLS.
     *
     * <p><b>Suspends:</b> until the output is shut down.
     *
     * @throws UnsupportedOperationException if the channel has no half-close
     * @throws IOException if the connection is broken or closed
     */
    public void closeOutput() throws IOException {
        LowLevel.checkLoop(this, loop, REMEDY);
        var _ = LowLevel.checkpoint();
        if (!(channel instanceof DuplexChannel duplex)) {
            throw new UnsupportedOperationException(LowLevel.describe(channel) + " has no half-close. Use close.");
        }
        await(duplex.shutdownOutput());
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

    /** Waits for a future; its failure as {@link #read} says. */
    private static void await(Future<?> future) throws IOException {
        try {
            Netty.await(future);
        } catch (CompletionException failure) {
            throw FramedTail.asIOException(future, Objects.requireNonNullElse(failure.getCause(), failure));
        }
    }

    @Override
    public String toString() {
        return "Framed[" + LowLevel.describe(channel) + "]";
    }
}
