package io.gyre.examples.websocket;

import static io.gyre.examples.Talk.ANY_PORT;
import static io.gyre.loop.Async.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.examples.NoLeaks;
import io.gyre.examples.Talk;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import io.gyre.loop.testing.VirtualClock;
import io.gyre.net.ConnectOptions;
import io.gyre.net.SocketOptions;
import io.gyre.net.TcpStream;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;

/** The client of the JDK, and one that does what a client should not. */
@ExtendWith(NoLeaks.class)
final class WebSocketChatTest {
    private static final long PATIENCE_SECONDS = 8;

    /** A guest with the client of the JDK, whose threads note what it hears. */
    private static final class Browser implements WebSocket.Listener {
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            heard.add(text.toString());
            return WebSocket.Listener.super.onText(socket, text, last);
        }

        @Override
        public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer content) {
            heard.add("pong " + UTF_8.decode(content.duplicate()));
            return WebSocket.Listener.super.onPong(socket, content);
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            heard.add("close " + status + " " + reason);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            heard.add("error " + error);
        }

        String hear() throws InterruptedException {
            return Objects.requireNonNullElse(heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "(nothing)");
        }
    }

    private static URI uri(String scheme, WebSocketChat chat, String path) {
        return URI.create(scheme + "://127.0.0.1:" + chat.address().getPort() + path);
    }

    private static WebSocket open(HttpClient client, WebSocketChat chat, String name, Browser browser) {
        return await(client.newWebSocketBuilder().buildAsync(uri("ws", chat, "/chat?name=" + name), browser));
    }

    private static HttpResponse<String> get(HttpClient client, WebSocketChat chat, String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri("http", chat, path)).build(), BodyHandlers.ofString());
    }

    @LoopTest(time = Time.REAL)
    void pageIsServedByTheSameServer() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient();
                WebSocketChat chat = WebSocketChat.start(ANY_PORT)) {
            HttpResponse<String> page = get(client, chat, "/");

            assertThat(page.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
            assertThat(page.body()).contains("new WebSocket(");
            assertThat(get(client, chat, "/elsewhere").statusCode()).isEqualTo(404);
            try (TcpStream stream = TcpStream.connect(chat.address())) {
                assertThat(Talk.ask(stream, "GET /%zz HTTP/1.1\r\n\r")).isEqualTo("HTTP/1.1 400 Bad Request");
            }
        }
    }

    @LoopTest(time = Time.REAL)
    void whatOneSaysAllOthersRead() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient();
                WebSocketChat chat = WebSocketChat.start(ANY_PORT)) {
            var ada = new Browser();
            var bob = new Browser();
            WebSocket speaker = open(client, chat, "ada", ada);
            assertThat(ada.hear()).isEqualTo("* here: ada");
            open(client, chat, "bob", bob);
            assertThat(bob.hear()).isEqualTo("* here: ada, bob");
            assertThat(ada.hear()).isEqualTo("* bob has joined");

            await(speaker.sendText("bücher\u0007", true));
            await(speaker.sendText("in ", false));
            await(speaker.sendText("parts", true));

            assertThat(bob.hear()).isEqualTo("ada: bücher");
            assertThat(bob.hear()).isEqualTo("ada: in parts");
        }
    }

    @LoopTest(time = Time.REAL)
    void guestWhoSaysGoodbyeIsAnsweredAndMissed() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient();
                WebSocketChat chat = WebSocketChat.start(ANY_PORT)) {
            var ada = new Browser();
            var bob = new Browser();
            WebSocket leaving = open(client, chat, "ada", ada);
            ada.hear();
            open(client, chat, "bob", bob);
            bob.hear();
            ada.hear();

            await(leaving.sendPing(ByteBuffer.wrap("there?".getBytes(UTF_8))));
            assertThat(ada.hear()).isEqualTo("pong there?");
            await(leaving.sendClose(4321, "dinner"));

            assertThat(ada.hear()).isEqualTo("close 4321 ");
            assertThat(bob.hear()).isEqualTo("* ada has left");
        }
    }

    @LoopTest(time = Time.REAL)
    void nameThatIsTakenOrUnfitIsToldInTheClosingHandshake() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient();
                WebSocketChat chat = WebSocketChat.start(ANY_PORT)) {
            var ada = new Browser();
            open(client, chat, "ada", ada);
            ada.hear();
            var other = new Browser();
            var nameless = new Browser();

            open(client, chat, "ada", other);
            open(client, chat, "a%20b", nameless);

            assertThat(other.hear()).isEqualTo("close 1008 ada is here already");
            assertThat(nameless.hear()).startsWith("close 1008 a name has ");
        }
    }

    @LoopTest(time = Time.REAL)
    void pageOfAnotherSiteIsRefused() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient();
                WebSocketChat chat = WebSocketChat.start(ANY_PORT)) {
            URI address = uri("ws", chat, "/chat?name=ada");

            assertThatThrownBy(() -> await(client.newWebSocketBuilder()
                            .header("Origin", "http://elsewhere.test")
                            .buildAsync(address, new Browser())))
                    .cause()
                    .isInstanceOfSatisfying(WebSocketHandshakeException.class, refused -> assertThat(
                                    refused.getResponse().statusCode())
                            .isEqualTo(403));
            var ada = new Browser();
            await(client.newWebSocketBuilder()
                    .header("Origin", "http://127.0.0.1:" + chat.address().getPort())
                    .buildAsync(address, ada));
            assertThat(ada.hear()).isEqualTo("* here: ada");
        }
    }

    @LoopTest(time = Time.REAL)
    void requestThatIsNoneOfWebSocketIsToldWhatIsMissing() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient();
                WebSocketChat chat = WebSocketChat.start(ANY_PORT)) {
            HttpResponse<String> answer = get(client, chat, "/chat");

            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.headers().firstValue("sec-websocket-version")).contains("13");
            assertThat(answer.body()).contains("version 13");
        }
    }

    @LoopTest(time = Time.REAL)
    void messageThatIsTooLargeEndsTheConnection() throws Exception {
        try (WebSocketChat chat = WebSocketChat.start(ANY_PORT);
                RawGuest ada = RawGuest.enter(chat.address(), "ada");
                RawGuest bob = RawGuest.enter(chat.address(), "bob");
                RawGuest eve = RawGuest.enter(chat.address(), "eve")) {
            for (RawGuest each : new RawGuest[] {ada, bob, eve}) {
                assertThat(each.hear()).startsWith("* here: ");
            }
            ada.say("x".repeat(1000));
            ada.say("x".repeat(1001));
            byte[] part = "x".repeat(600).getBytes(UTF_8);
            bob.send(0x01, part);
            bob.send(0x80, part);
            eve.send(RawGuest.TEXT, (byte) 0xc3, (byte) 0x28);

            assertThat(last(ada)).startsWith("close 1009 ");
            assertThat(last(bob)).doesNotStartWith("close");
            assertThat(last(eve)).as("what is no UTF-8").startsWith("close 1007 ");
        }
    }

    /** {@return the frame before the end} */
    private static String last(RawGuest guest) throws Exception {
        String last = "";
        for (String heard = guest.hear(); !heard.equals("(end)"); heard = guest.hear()) {
            last = heard;
        }
        return last;
    }

    /** The clock jumps as soon as nobody says anything. */
    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void silentGuestIsAskedAndGivenUp(VirtualClock clock) throws Exception {
        try (WebSocketChat chat = WebSocketChat.start(ANY_PORT);
                RawGuest ada = RawGuest.enter(chat.address(), "ada")) {
            assertThat(ada.hear()).isEqualTo("* here: ada");

            assertThat(ada.hear()).isEqualTo("ping");
            assertThat(clock.elapsed()).isGreaterThanOrEqualTo(Guest.SILENCE);
            ada.send(RawGuest.PONG);
            assertThat(ada.hear()).as("after an answer").isEqualTo("ping");
            assertThat(ada.hear()).as("after none").isEqualTo("(end)");
        }
    }

    /** Nobody waits for the guest that does not read: else the others would never get to the end. */
    @LoopTest(time = Time.REAL, timeoutMillis = 60_000)
    void slowReaderMissesLinesAndSlowsNobody() throws Exception {
        ConnectOptions small =
                ConnectOptions.defaults().withSocket(SocketOptions.of(StandardSocketOptions.SO_RCVBUF, 4096));
        String text = "x".repeat(900);
        try (WebSocketChat chat = WebSocketChat.start(ANY_PORT);
                RawGuest slow = RawGuest.enter(chat.address(), "slow", small);
                RawGuest ada = RawGuest.enter(chat.address(), "ada");
                RawGuest bob = RawGuest.enter(chat.address(), "bob")) {
            bob.hear();
            for (int i = 0; i < 8_000; i++) { // more than any system keeps in its buffers
                ada.say(i + text);
                assertThat(bob.hear()).isEqualTo("ada: " + i + text);
            }
            ada.leave();

            String line = slow.hear();
            while (!line.startsWith("* you read too slowly")) {
                line = slow.hear();
            }
            assertThat(line).matches("\\* you read too slowly and have missed [1-9]\\d* lines");
            while (!line.equals("* ada has left")) {
                line = slow.hear();
            }
        }
    }

    @LoopTest(time = Time.REAL)
    void drainSaysGoodbyeAndEndsConnections() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient();
                WebSocketChat chat = WebSocketChat.start(ANY_PORT)) {
            var ada = new Browser();
            open(client, chat, "ada", ada);
            ada.hear();

            assertThat(chat.drain(Duration.ofSeconds(PATIENCE_SECONDS))).isTrue();

            assertThat(ada.hear()).isEqualTo("close 1001 the server is going down");
        }
    }
}
