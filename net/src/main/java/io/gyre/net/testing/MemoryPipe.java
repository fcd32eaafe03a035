package io.gyre.net.testing;

import io.gyre.loop.Async;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.dump.Wait;
import io.gyre.loop.spi.WaitReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One direction of a pair in memory: bytes that one end has sent and the other has not received yet. */
final class MemoryPipe {
    /*
     * Design.
     *
     * A ring of bytes, of which `room` bytes may be used.
     *
     * In lock-step there is room for exactly the bytes that the receiver is about to take. A `receive` that finds
     * nothing makes as much room as it was asked for; a cancelled wait takes it back; the receiver that takes the bytes
     * uses it up. Bytes are sent only into that room, and sending makes the receiver ready, which no cancellation can
     * undo: so it does take them. A sender that finds a receiver without room wakes it, so that it asks again.
     *
     *     receiver              sender
     *     receive: 0, room 10
     *     wait                  send: 10 of 15, wakes the receiver
     *                           wait
     *     receive: 10, room 0
     *
     * Rejected: a reference to the sender's buffer, from which the receiver would take. WriteBehind may replace that
     * buffer while it waits.
     */
    private final boolean lockstep;
    private int room;
    private byte[] ring = {};
    private int head;
    private int size;

    /** The sender will send no more. */
    private boolean ended;

    /** The receiver will receive no more. */
    private boolean refused;

    private boolean reset;

    private @Nullable Task<?> receiver;
    private @Nullable Task<?> sender;
    private String from = "";
    private String to = "";

    private MemoryPipe(boolean lockstep, int room) {
        this.lockstep = lockstep;
        this.room = room;
    }

    static MemoryPipe ofCapacity(int bytes) {
        return new MemoryPipe(false, bytes);
    }

    static MemoryPipe lockstep() {
        return new MemoryPipe(true, 0);
    }

    /** Names the two ends. */
    void connect(String newFrom, String newTo) {
        from = newFrom;
        to = newTo;
    }

    // ---- receiving

    int receive(ByteBuffer target) throws IOException {
        throwIfReset(to, from);
        if (size == 0) {
            if (ended) {
                return -1;
            }
            if (lockstep) {
                room = target.remaining();
                wakeSender();
            }
            return 0;
        }
        int length = Math.min(size, target.remaining());
        int first = Math.min(length, ring.length - head);
        target.put(ring, head, first).put(ring, 0, length - first);
        head = (head + length) % ring.length;
        size -= length;
        if (lockstep) {
            room = size;
        } else {
            wakeSender();
        }
        return length;
    }

    void awaitReceivable() {
        boolean senderWantsToKnow = room == 0 && sender != null;
        if (size == 0 && !ended && !reset && !senderWantsToKnow) {
            receiver = Async.currentTask();
            LowLevel.park(new Bytes(this), this::abandonReceiver);
        }
    }

    private boolean abandonReceiver() {
        receiver = null;
        if (lockstep) {
            room = 0;
        }
        return true;
    }

    void wakeReceiver() {
        Task<?> waiting = receiver;
        if (waiting != null) {
            receiver = null;
            LowLevel.unpark(waiting);
        }
    }

    // ---- sending

    int send(ByteBuffer source) throws IOException {
        throwIfReset(from, to);
        if (refused) {
            throw new IOException(from + " has a broken pipe: " + to + " was closed and no longer reads");
        }
        int length = Math.min(room - size, source.remaining());
        if (length > 0) {
            makeRing();
            int tail = (head + size) % ring.length;
            int first = Math.min(length, ring.length - tail);
            source.get(ring, tail, first).get(ring, 0, length - first);
            size += length;
        }
        if (source.hasRemaining() || length > 0) {
            wakeReceiver();
        }
        return length;
    }

    private void makeRing() {
        if (ring.length < room) { // empty then: its room never changed, or it is in lock-step
            ring = new byte[room];
            head = 0;
        }
    }

    void awaitSendable() {
        if (size >= room && !refused && !reset) {
            sender = Async.currentTask();
            LowLevel.park(new Room(this), this::abandonSender);
        }
    }

    private boolean abandonSender() {
        sender = null;
        return true;
    }

    private void wakeSender() {
        Task<?> waiting = sender;
        if (waiting != null) {
            sender = null;
            LowLevel.unpark(waiting);
        }
    }

    // ---- ending

    /** No more bytes will be sent. Those already sent can be received. */
    void end() {
        ended = true;
        wakeBoth();
    }

    /** No more bytes will be received. */
    void refuse() {
        refused = true;
        size = 0;
        wakeBoth();
    }

    /** Ends both; later calls fail with the reason. */
    void reset() {
        reset = true;
        size = 0;
        wakeBoth();
    }

    private void wakeBoth() {
        wakeReceiver();
        wakeSender();
    }

    private void throwIfReset(String own, String peer) throws IOException {
        if (reset) {
            throw new IOException(own + " was reset: " + peer + " was aborted");
        }
    }

    /** What a receiver waits for. */
    private record Bytes(MemoryPipe pipe) implements WaitReason {
        @Override
        public Wait explain(String words) {
            return new Wait.OnChannel(words, pipe.to, pipe.from, pipe.size, -1);
        }

        @Override
        public String toString() {
            return "bytes from " + pipe.from;
        }
    }

    /** What a sender waits for. */
    private record Room(MemoryPipe pipe) implements WaitReason {
        @Override
        public Wait explain(String words) {
            return new Wait.OnChannel(words, pipe.from, pipe.to, -1, pipe.size);
        }

        @Override
        public String toString() {
            return pipe.to + " to read";
        }
    }
}
