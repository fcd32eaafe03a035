package io.gyre.net.netty;

import io.gyre.loop.AbortHandler;
import io.gyre.loop.Async;
import io.gyre.loop.BusyException;
import io.gyre.loop.CancelledException;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.net.SocketStream.Detached;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** The end of a pipeline: keeps the messages until a task reads them, and asks for more when one wants them. */
final class FramedTail<I> extends ChannelInboundHandlerAdapter {
    /*
     * Design.
     *
     * Handlers and tasks run on the same loop, so nothing is locked. autoRead is off: `asked` says that the channel was
     * asked for one read. A read may yield several messages, which wait here, or none, when a decoder has only a part of
     * one: then it is repeated for as long as a task waits. The first read is asked for at once: a TLS handshake needs it
     * before anybody reads a message. Some handlers deliver one message for each read and say that it is complete only
     * when they have no more: a message ends it, too.
     *
     * When a server drains, a reader gets what has arrived and then the end. What is still with the system has arrived, too;
     * so the reader asks once more and looks in the next ticks. In the first of them the pipeline asks the system, in the
     * second the system answers, behind the reader.
     */
    private static final int TICKS_FOR_A_READ = 3;

    /** A program without TLS may lack Netty's handlers. */
    private static final boolean KNOWS_TLS = isPresent("io.netty.handler.ssl.SslHandler");

    private final Channel channel;
    private final Class<I> type;
    private final PipelineFailures failures;
    private final Queue<I> arrived = new ArrayDeque<>();
    private final Wait reading = new Wait("a message from ");
    private final Wait writing = new Wait("room to write to ");
    private @Nullable Task<?> reader;
    private boolean asked;
    private boolean ended;

    /** This end takes only what has arrived. */
    private boolean draining;

    /** TLS has said that it ends or has failed, so the end of the connection cuts nothing off. */
    private boolean tlsIsOver;

    private boolean closed;
    private @Nullable Throwable failure;

    /** One task's wait for this end of the pipeline. */
    private final class Wait implements AbortHandler {
        private final String what;
        private @Nullable Task<?> task;

        Wait(String what) {
            this.what = what;
        }

        void await(Task<?> waiting) {
            task = waiting;
            try {
                LowLevel.park(this, this);
            } finally {
                task = null;
            }
        }

        void end() {
            if (task != null) {
                LowLevel.unpark(task, this);
            }
        }

        @Override
        public boolean abort() {
            return true;
        }

        @Override
        public String toString() {
            return what + LowLevel.describe(channel);
        }
    }

    private static boolean isPresent(String name) {
        try {
            Class<?> _ = Class.forName(name, false, FramedTail.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    FramedTail(Channel channel, Class<I> type, @Nullable Detached connection) {
        this.channel = channel;
        this.type = type;
        this.failures = new PipelineFailures(channel, connection);
    }

    Channel channel() {
        return channel;
    }

    // ---- in the reading task

    @Nullable
    I read(Task<?> task, Framed<?, ?> owner) throws IOException {
        if (reader != null) {
            throw new BusyException("the reading side of " + owner, reader, task);
        }
        reader = task;
        try {
            return awaitMessage(task) ? arrived.remove() : null;
        } catch (CancelledException tooSlow) {
            throw failures.byPeer(tooSlow);
        } finally {
            reader = null;
        }
    }

    /** {@return whether there is a message; false at the end of the input} */
    private boolean awaitMessage(Task<?> task) throws IOException {
        int ticks = 0;
        while (arrived.isEmpty()) {
            throwIfOver();
            if (ended || ticks == TICKS_FOR_A_READ) {
                return false;
            }
            ask();
            if (!arrived.isEmpty() || failure != null || ended) {
                continue; // an embedded channel answers at once
            }
            if (draining) {
                ticks++;
                Async.yieldNow();
            } else {
                reading.await(task);
            }
        }
        return true;
    }

    private void ask() {
        if (!asked) {
            asked = true;
            channel.read();
        }
    }

    private void throwIfOver() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        Throwable thrown = failure;
        if (thrown != null) {
            failure = null;
            throw failures.asIOException(thrown);
        }
    }

    // ---- in the writing task

    void awaitWritable(Task<?> task) throws IOException {
        try {
            while (!channel.isWritable() && channel.isActive() && !closed) {
                writing.await(task);
            }
        } catch (CancelledException tooSlow) {
            throw failures.byPeer(tooSlow);
        }
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    /** Waits for a future of the pipeline; its failure as {@link Framed#read} says. */
    <T extends @Nullable Object> T await(Future<T> future) throws IOException {
        try {
            return Netty.await(future);
        } catch (CancelledException tooSlow) {
            throw failures.byPeer(tooSlow);
        } catch (CompletionException failed) {
            Throwable cause = Objects.requireNonNullElse(failed.getCause(), failed);
            if (closed && cause instanceof ClosedChannelException ours) {
                throw ours;
            }
            throw failures.asIOException(cause);
        }
    }

    // ---- in a task

    void close() {
        if (!closed) {
            closed = true;
            channel.close();
            releaseUnread();
            endWaits();
        }
    }

    private void releaseUnread() {
        arrived.forEach(ReferenceCountUtil::release);
        arrived.clear();
    }

    /** Lets reads deliver what has arrived, and then the end of the input. */
    void endInput() {
        draining = true;
        reading.end();
    }

    /** {@return whether TLS is in the pipeline} */
    boolean hasTls() {
        return KNOWS_TLS && Tls.isIn(channel);
    }

    // ---- in the pipeline

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        if (isInputOver()) {
            inputEnded(); // nobody will tell
        } else if (channel.isActive()) {
            ask();
        }
    }

    private boolean isInputOver() {
        return channel.isActive()
                ? channel instanceof DuplexChannel duplex && duplex.isInputShutdown()
                : !channel.isOpen();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        ask();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        asked = false;
        if (closed || !type.isInstance(message)) {
            if (!closed) {
                failed(new IllegalStateException("the pipeline delivered " + LowLevel.describe(message)
                        + ", which is no " + type.getName()
                        + ". Add a decoder, or name the type that it delivers. A handler that adds others later adds"
                        + " them with addAfter or addBefore, not with addLast."));
            }
            ReferenceCountUtil.release(message);
            return;
        }
        arrived.add(type.cast(message));
        reading.end();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        asked = false;
        if (arrived.isEmpty() && reader != null && !ended && failure == null) {
            asked = true;
            context.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded();
        } else if (KNOWS_TLS) {
            Tls.happened(event, this);
        }
        ReferenceCountUtil.release(event);
    }

    /** Loaded only if Netty's handlers are there. */
    private static final class Tls {
        static boolean isIn(Channel channel) {
            return channel.pipeline().get(SslHandler.class) != null;
        }

        static void happened(Object event, FramedTail<?> tail) {
            switch (event) {
                case SslHandshakeCompletionEvent failed
                when !failed.isSuccess() -> {
                    tail.failed(PipelineFailures.ofHandshake(failed.cause()));
                    tail.tlsIsOver = true;
                }
                case SslCloseCompletionEvent ended when ended.isSuccess() -> tail.tlsIsOver = true;
                default -> {}
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        inputEnded();
        writing.end();
        if (channel.eventLoop() instanceof BridgeEventLoop bridge && bridge.endsWithItsLoop()) {
            closed = true;
            releaseUnread(); // nobody is left to read
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            writing.end();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failed(cause);
    }

    private void inputEnded() {
        if (!ended && !closed && !tlsIsOver && hasTls()) {
            failed(new EOFException(LowLevel.describe(channel)
                    + " has ended in the handshake of TLS or without close_notify: the peer or"
                    + " somebody on the way has cut the connection, and messages may be missing."));
        }
        ended = true;
        reading.end();
    }

    private void failed(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        endWaits();
    }

    private void endWaits() {
        reading.end();
        writing.end();
    }
}
