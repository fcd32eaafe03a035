package io.gyre.net.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;

class NoLeaksTest {
    @Test
    void lostBufferIsFoundOnce() throws InterruptedException {
        NoLeaks.take();
        lose();

        assertThat(NoLeaks.take()).hasSize(1);
        assertThat(NoLeaks.take()).isEmpty();
    }

    @Test
    void releasedBufferIsNone() throws InterruptedException {
        NoLeaks.take();
        ByteBufAllocator.DEFAULT.directBuffer().release();

        assertThat(NoLeaks.take()).isEmpty();
    }

    private static void lose() {
        ByteBufAllocator.DEFAULT.directBuffer().writeByte(1);
    }
}
