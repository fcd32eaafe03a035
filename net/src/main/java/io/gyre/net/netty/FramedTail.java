package io.gyre.net.netty;

import io.gyre.loop.AbortHandler;
import io.gyre.loop.BusyException;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** The end of a pipeline: keeps the messages until a task reads them, and asks for more when one wants them. */
final class FramedTail<I> extends ChannelInboundHandlerAdapter {
    /*
     * Design.
     *
     * Handlers and tasks run on the same loop, so nothing is locked. autoRead is off: `asked` says that the channel was
     * asked for one read. A read may yield several messages, which wait here, or none, when a decoder has only a part of
     * one: then it is repeated for as long as a task waits. The first read is asked for at once: a TLS handshake needs it
     * before anybody reads a message.
     */
    private final Channel channel;
    private final Class<I> type;
    private final Queue<I> arrived = new ArrayDeque<>();
    private final Wait reading = new Wait("a message from ");
    private final Wait writing = new Wait("room to write to ");
    private boolean asked;
    private boolean ended;

    /** TLS has begun, and the peer has not said that it ends. */
    private boolean endWouldBeCut;

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

    FramedTail(Channel channel, Class<I> type) {
        this.channel = channel;
        this.type = type;
    }

    // ---- in the reading task

    @Nullable
    I read(Task<?> task, Framed<?, ?> owner) throws IOException {
        if (reading.task != null) {
            throw new BusyException("the reading side of " + owner, reading.task, task);
        }
        while (arrived.isEmpty()) {
            throwIfOver();
            if (ended) {
                return null;
            }
            ask();
            if (arrived.isEmpty() && failure == null && !ended) { // an embedded channel answers at once
                reading.await(task);
            }
        }
        return arrived.remove();
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
            throw asIOException(channel, thrown);
        }
    }

    // ---- in the writing task

    void awaitWritable(Task<?> task) throws IOException {
        while (!channel.isWritable() && channel.isActive() && !closed) {
            writing.await(task);
        }
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    // ---- in a task

    void close() {
        closed = true;
        channel.close();
        arrived.forEach(ReferenceCountUtil::release);
        arrived.clear();
        endWaits();
    }

    // ---- in the pipeline

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        if (channel.isActive()) {
            ask();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        ask();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (closed || !type.isInstance(message)) {
            if (!closed) {
                failed(new IOException("the pipeline of " + LowLevel.describe(channel) + " delivered "
                        + LowLevel.describe(message) + ", which is no " + type.getName()
                        + ". Add a decoder, or name the type that it delivers."));
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
        if (arrived.isEmpty() && reading.task != null && !ended && failure == null) {
            asked = true;
            context.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded();
        } else if (event.getClass().getName().startsWith("io.netty.handler.ssl.")) {
            endWouldBeCut = Tls.isOpenAfter(event, endWouldBeCut);
        }
        ReferenceCountUtil.release(event);
    }

    /** Loaded when TLS is there: a program without TLS may lack Netty's handlers. */
    private static final class Tls {
        static boolean isOpenAfter(Object event, boolean before) {
            return switch (event) {
                case SslHandshakeCompletionEvent begun when begun.isSuccess() -> true;
                case SslCloseCompletionEvent ended when ended.isSuccess() -> false;
                default -> before;
            };
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        inputEnded();
        writing.end();
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
        if (endWouldBeCut && !ended && !closed) {
            failed(new EOFException(
                    LowLevel.describe(channel) + " has ended without close_notify: the peer or somebody on"
                            + " the way has cut the connection, and messages may be missing."));
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

    /** {@return the failure of a pipeline for the task that it belongs to} */
    static IOException asIOException(Object what, Throwable failure) {
        for (Throwable cause : LowLevel.causes(failure)) {
            if (cause instanceof IOException known) {
                return known;
            }
        }
        return new IOException(
                LowLevel.describe(what) + " failed in its pipeline: " + LowLevel.describe(failure), failure);
    }
}
