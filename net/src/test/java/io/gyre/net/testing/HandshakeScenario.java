package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.Task;
import io.gyre.net.tls.Certified;
import io.gyre.net.tls.TlsOptions;
import io.gyre.net.tls.TlsStream;
import org.jspecify.annotations.Nullable;

/** A handshake of TLS with a server that is silent at first. */
final class HandshakeScenario extends CancelScenario {
    private static final TlsOptions SERVER = Certified.server();
    private static final TlsOptions CLIENT = Certified.client();

    private final boolean lazy;
    private final StreamPair<MemoryStream> below = MemoryStream.pair();
    private @Nullable TlsStream client;
    private @Nullable Task<TlsStream> server;

    HandshakeScenario(boolean lazy) {
        this.lazy = lazy;
    }

    @Override
    void arrange(Moment moment) throws Exception {
        if (lazy) {
            client = TlsStream.client(below.left(), "localhost", CLIENT.withLazyHandshake(true));
        }
    }

    @Override
    Object call() throws Exception {
        TlsStream made = client;
        if (made == null) {
            return TlsStream.client(below.left(), "localhost", CLIENT.withHandshakeTimeout(null));
        }
        made.handshake();
        return made;
    }

    @Override
    void complete() {
        Task<TlsStream> answering = createTask("server", () -> TlsStream.server(below.right(), SERVER));
        answering.whenDone(done -> {});
        server = answering;
    }

    @Override
    String remains(Task<?> task, Moment moment) throws Exception {
        requireCancelled(task);
        TlsStream made = client;
        if (made == null) {
            assertThat(below.left().isOpen()).isFalse();
            return "the stream below is closed";
        }
        if (server == null) {
            complete();
        }
        made.handshake();
        assertThat(made.session().protocol()).isEqualTo("TLSv1.3");
        return moment == Moment.BEFORE ? "nothing is sent" : "the next call goes on where it stopped";
    }

    @Override
    void close() throws Exception {
        below.left().abort();
        below.right().abort();
    }
}
