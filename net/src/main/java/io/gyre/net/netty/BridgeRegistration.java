package io.gyre.net.netty;

import io.gyre.loop.ChannelRegistration;
import io.gyre.loop.LoopClosedException;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoEvent;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.nio.NioIoOps;

/** One of Netty's channels on the loop. */
final class BridgeRegistration implements IoRegistration {
    /** One event for each set of operations: Netty's own are not accessible, and an event has nothing else in it. */
    private static final NioIoEvent[] EVENTS = new NioIoEvent[32];

    static {
        for (int ops = 0; ops < EVENTS.length; ops++) {
            NioIoOps nettyOps = NioIoOps.valueOf(ops);
            EVENTS[ops] = () -> nettyOps;
        }
    }

    private final BridgeEventLoop bridge;
    private final NioIoHandle handle;
    private final ChannelRegistration registration;
    private final BridgeKey key;
    private volatile boolean cancelled;

    BridgeRegistration(BridgeEventLoop bridge, NioIoHandle handle, ChannelRegistration registration) {
        this.bridge = bridge;
        this.handle = handle;
        this.registration = registration;
        this.key = new BridgeKey(registration);
        registration.attach(this);
    }

    /** Tells the channel what is ready. In the bridge. */
    void handleReady() {
        int ops = key.takeReady();
        if (ops != 0 && isValid()) { // to Netty, no operation means one to read
            handle.handle(this, EVENTS[ops]);
        }
    }

    /** In the bridge. */
    void close() throws Exception {
        handle.close();
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // what Netty's channels ask for
    public <T> T attachment() {
        return (T) key;
    }

    @Override
    public long submit(IoOps ops) {
        if (!isValid()) {
            return -1;
        }
        int value = ((NioIoOps) ops).value();
        key.interestOps(value);
        return value;
    }

    @Override
    public boolean isValid() {
        return !cancelled && registration.isValid();
    }

    @Override
    public boolean cancel() {
        if (cancelled) {
            return false;
        }
        cancelled = true;
        if (bridge.loop.inLoop()) {
            leave();
        } else {
            leaveSoon();
        }
        handle.unregistered();
        return true;
    }

    private void leaveSoon() {
        try {
            bridge.loop.callSoonThreadsafe(this::leave);
        } catch (LoopClosedException over) {
            // the loop has let it go
        }
    }

    private void leave() {
        registration.giveUp();
        bridge.remove(this);
    }

    @Override
    public String toString() {
        return handle.toString();
    }
}
