package io.gyre.net.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A buffer in the middle of memory that must not be touched.
 *
 * @param kind a description
 * @param whole the memory
 * @param buffer its position and limit lie inside
 */
record GuardedBuffer(String kind, ByteBuffer whole, ByteBuffer buffer) {
    private static final int MARGIN = 16;
    private static final byte GUARD = 0x5a;

    /** {@return writable buffers of all kinds} */
    static List<GuardedBuffer> ofAllKinds(int room) {
        ByteBuffer heap = memory(ByteBuffer.allocate(room + 2 * MARGIN));
        ByteBuffer heapSlice = memory(ByteBuffer.allocate(room + 2 * MARGIN));
        ByteBuffer direct = memory(ByteBuffer.allocateDirect(room + 2 * MARGIN));
        ByteBuffer directSlice = memory(ByteBuffer.allocateDirect(room + 2 * MARGIN));
        return List.of(
                new GuardedBuffer("heap", heap, part(heap.duplicate(), MARGIN, room)),
                new GuardedBuffer("slice of heap", heapSlice, part(slice(heapSlice), MARGIN / 2, room)),
                new GuardedBuffer("direct", direct, part(direct.duplicate(), MARGIN, room)),
                new GuardedBuffer("slice of direct", directSlice, part(slice(directSlice), MARGIN / 2, room)));
    }

    /** {@return buffers of all kinds with these bytes, and read-only versions} */
    static List<GuardedBuffer> ofAllKindsWith(byte[] content) {
        return Stream.concat(
                        ofAllKinds(content.length).stream(),
                        ofAllKinds(content.length).stream().map(GuardedBuffer::readOnly))
                .peek(guarded -> guarded.whole.put(MARGIN, content))
                .toList();
    }

    private GuardedBuffer readOnly() {
        ByteBuffer view = buffer.asReadOnlyBuffer();
        return new GuardedBuffer("read-only " + kind, whole, view);
    }

    private static ByteBuffer memory(ByteBuffer memory) {
        while (memory.hasRemaining()) {
            memory.put(GUARD);
        }
        return memory.clear();
    }

    private static ByteBuffer slice(ByteBuffer memory) {
        return memory.slice(MARGIN / 2, memory.capacity() - MARGIN);
    }

    private static ByteBuffer part(ByteBuffer memory, int position, int room) {
        return memory.position(position).limit(position + room);
    }

    private int start() {
        return buffer.capacity() == whole.capacity() ? MARGIN : MARGIN / 2;
    }

    private int room() {
        return whole.capacity() - 2 * MARGIN;
    }

    /** Requires that its position moved by this many bytes, and that its limit is unchanged. */
    void requireMoved(int count) {
        assertEquals(start() + count, buffer.position(), () -> "position of a buffer of kind " + kind);
        assertEquals(start() + room(), buffer.limit(), () -> "limit of a buffer of kind " + kind);
    }

    /** Requires that it holds exactly these bytes, and that nothing around them was touched. */
    void requireContent(byte[] content) {
        byte[] expected = new byte[whole.capacity()];
        Arrays.fill(expected, GUARD);
        System.arraycopy(content, 0, expected, MARGIN, content.length);
        byte[] actual = new byte[whole.capacity()];
        whole.get(0, actual);
        assertArrayEquals(expected, actual, () -> "the memory of a buffer of kind " + kind);
    }
}
