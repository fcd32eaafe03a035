package io.gyre.net.tls;

import static io.gyre.loop.Async.createTask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import io.gyre.net.tls.StuckEngine.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** An engine that makes no progress ends its stream, and does not keep the loop. */
final class StuckEngineTest {
    /** More than an engine may ask for. */
    private static final int ENDLESS = 200_000;

    private static void requireStuck(Throwable failure, Fault fault) {
        assertThat(failure)
                .as("with an engine that %s", fault)
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("no progress")
                .hasMessageContaining(StuckEngine.class.getName())
                .hasMessageContaining("withEngines");
    }

    @LoopTest
    void engineThatIsStuckInTheHandshakeFailsIt() {
        for (Fault fault : new Fault[] {
            Fault.WRAPS_NOTHING,
            Fault.NEEDS_MORE_ROOM_TO_WRAP,
            Fault.UNWRAPS_NOTHING,
            Fault.NEEDS_MORE_ROOM_TO_UNWRAP,
            Fault.NEEDS_MORE_BYTES,
            Fault.NEEDS_MORE_BYTES_AND_NO_MORE,
            Fault.HAS_NO_TASK
        }) {
            StreamPair<MemoryStream> below = MemoryStream.pair();
            byte[] records = new byte[ENDLESS];
            records[0] = 22; // a message of the handshake
            records[1] = 3;
            Task<?> peer = createTask(() -> below.right().write(records));
            peer.whenDone(done -> {});

            IOException failure = catchThrowableOfType(
                    IOException.class,
                    () -> TlsStream.client(below.left(), "localhost", StuckEngine.in(TlsPair.CLIENT, fault)));

            requireStuck(failure, fault);
            assertThat(below.left().isOpen()).isFalse();
            peer.cancelAndJoin("the client is gone");
        }
    }

    private interface Use {
        void run(TlsStream stream) throws IOException;
    }

    private static void requireStuck(Fault fault, Use use) throws IOException {
        StreamPair<MemoryStream> below = MemoryStream.pair();
        List<StuckEngine> engines = new ArrayList<>();
        StreamPair<TlsStream> pair =
                TlsPair.over(below, StuckEngine.in(TlsPair.CLIENT, Fault.NONE, engines), TlsPair.SERVER);
        Task<?> peer = createTask(() -> pair.right().write(new byte[ENDLESS]));
        peer.whenDone(done -> {});
        engines.getFirst().get(fault);

        IOException failure = catchThrowableOfType(IOException.class, () -> use.run(pair.left()));

        requireStuck(failure, fault);
        assertThatThrownBy(() -> pair.left().read(ByteBuffer.allocate(1))).isSameAs(failure);
        pair.left().close();
        pair.right().abort();
        peer.cancelAndJoin("the client is gone");
    }

    @LoopTest
    void engineThatIsStuckInAReadFailsIt() throws Exception {
        for (Fault fault :
                new Fault[] {Fault.TAKES_NO_RECORD, Fault.SEES_NO_WHOLE_RECORD, Fault.SEES_NO_ROOM_FOR_A_RECORD}) {
            requireStuck(fault, stream -> stream.read(ByteBuffer.allocate(10)));
            requireStuck(fault, stream -> stream.read(ByteBuffer.allocate(ENDLESS)));
        }
    }

    @LoopTest
    void engineThatIsStuckInAWriteFailsIt() throws Exception {
        for (Fault fault : new Fault[] {
            Fault.TAKES_NO_PLAIN_BYTES, Fault.SEES_NO_ROOM_FOR_PLAIN_BYTES, Fault.NEEDS_MORE_ROOM_TO_WRAP
        }) {
            requireStuck(fault, stream -> stream.write(new byte[10]));
        }
    }

    @LoopTest
    void engineThatIsStuckAtTheEndFailsIt() throws Exception {
        for (Fault fault : new Fault[] {Fault.WRAPS_NOTHING, Fault.NEEDS_MORE_ROOM_TO_WRAP}) {
            requireStuck(fault, TlsStream::closeOutput);
        }
    }
}
