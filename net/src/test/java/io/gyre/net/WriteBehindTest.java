package io.gyre.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WriteBehindTest {
    @Test
    void manySmallPiecesAreNotCopiedForEachOfThem() {
        var behind = new WriteBehind(new BufferPool());
        ByteBuffer piece = ByteBuffer.wrap(new byte[] {7});
        Set<byte[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
        behind.append(piece.rewind(), 1);
        behind.settle(); // the peer is slow

        for (int i = 0; i < 60_000; i++) {
            behind.append(piece.rewind(), 1);
            arrays.add(behind.content().array());
        }

        assertThat(behind.size()).isEqualTo(60_001);
        assertThat(arrays).hasSizeLessThan(20);
    }

    @Test
    void bytesKeepTheirOrderWhileSomeAreTakenAndOthersAdded() {
        var behind = new WriteBehind(new BufferPool());
        var taken = new ByteArrayOutputStream();
        var expected = new ByteArrayOutputStream();
        for (int i = 0; i < 1000; i++) {
            byte[] piece = new byte[i % 17 + 1];
            Arrays.fill(piece, (byte) i);
            expected.writeBytes(piece);
            behind.append(ByteBuffer.wrap(piece), piece.length);
            behind.settle();
            for (int left = i % 11; left > 0 && !behind.isEmpty(); left--) {
                taken.write(behind.content().get());
                behind.drained();
            }
        }
        while (!behind.isEmpty()) {
            taken.write(behind.content().get());
            behind.drained();
        }

        assertThat(taken.toByteArray()).isEqualTo(expected.toByteArray());
    }

    /** It is shared by all streams of all loops: what one puts into it, another would send. */
    @Test
    void nothingStaysEmpty() {
        ByteBuffer bytes = ByteBuffer.wrap(new byte[] {1, 2, 3});

        assertThatIllegalStateException().isThrownBy(() -> WriteBehind.NOTHING.append(bytes, 3));
        WriteBehind.NOTHING.drained();
        WriteBehind.NOTHING.settle();
        WriteBehind.NOTHING.clear();

        assertThat(bytes.remaining()).isEqualTo(3);
        assertThat(WriteBehind.NOTHING.isEmpty()).isTrue();
        assertThat(WriteBehind.NOTHING.size()).isZero();
    }
}
