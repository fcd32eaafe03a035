package io.gyre.examples.websocket;

import static io.gyre.loop.Async.offload;
import static io.netty.handler.codec.http.HttpVersion.HTTP_1_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.gyre.examples.chat.Room;
import io.gyre.loop.TaskGroup;
import io.gyre.loop.sync.Receiver;
import io.gyre.net.TcpServer;
import io.gyre.net.netty.Framed;
import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A chat server for browsers: it serves the page, and speaks WebSocket with it.
 *
 * <p>What this example shows:
 *
 * <ul>
 *   <li>A protocol that becomes another one: the handler reads a request of HTTP, upgrades the connection, and goes on
 *       with the same {@code Framed}, whose messages are WebSocket's from then on.
 *   <li>A guest has a bounded buffer of lines, and messages a bounded size: nobody waits for a slow reader, and none can
 *       fill the memory.
 *   <li>A page of another site cannot chat in its visitor's name: browsers tell the origin of a page.
 * </ul>
 */
public final class WebSocketChat implements AutoCloseable {
    private static final int MAX_MESSAGE_BYTES = 1000;
    private static final WebSocketDecoderConfig LIMITS = WebSocketDecoderConfig.newBuilder()
            .maxFramePayloadLength(MAX_MESSAGE_BYTES)
            .build();
    private static final String VERSION = "13"; // the only one that is in use

    private final Room room = new Room();
    private final String page;
    private final TcpServer server;

    private WebSocketChat(InetSocketAddress address, String page) throws IOException {
        this.page = page;
        this.server = Framed.serve(address, ByteBufHolder.class, WebSocketChat::addHandlers, this::serve);
    }

    /**
     * Opens a room. Suspends until the page has been read.
     *
     * @param address the address to listen on
     * @return the listening server
     * @throws IOException if the address is in use
     */
    public static WebSocketChat start(InetSocketAddress address) throws IOException {
        return new WebSocketChat(address, offload(() -> readPage()));
    }

    private static String readPage() throws IOException {
        try (InputStream page = WebSocketChat.class.getResourceAsStream("chat.html")) {
            return new String(Objects.requireNonNull(page, "chat.html").readAllBytes(), UTF_8);
        }
    }

    /** {@return the address of the server} */
    public InetSocketAddress address() {
        return server.address();
    }

    private static void addHandlers(ChannelPipeline pipeline) {
        pipeline.addLast(
                new HttpServerCodec(),
                new HttpObjectAggregator(MAX_MESSAGE_BYTES),
                new Utf8FrameValidator(), // this and the next wait for messages of WebSocket
                new WebSocketFrameAggregator(MAX_MESSAGE_BYTES));
    }

    private void serve(Framed<ByteBufHolder, ByteBufHolder> client) throws IOException {
        Optional<ByteBufHolder> request = client.read();
        if (request.isPresent()) {
            Optional<String> name = answer((FullHttpRequest) request.get(), client);
            if (name.isPresent()) {
                chat(name.get(), new Guest(client));
            }
        }
    }

    // ---- HTTP

    /** {@return the name of a guest, if the connection is one of WebSocket now} Otherwise it ends with this response. */
    private Optional<String> answer(FullHttpRequest request, Framed<ByteBufHolder, ByteBufHolder> client)
            throws IOException {
        try {
            var target = new QueryStringDecoder(request.uri());
            if (!target.path().equals("/chat")) {
                client.write(page(request));
            } else if (!isFromHere(request)) {
                client.write(response(HttpResponseStatus.FORBIDDEN, "a page of another site must not chat here"));
            } else {
                String name =
                        target.parameters().getOrDefault("name", List.of("")).getFirst();
                upgrade(request, client);
                return Optional.of(name);
            }
        } catch (WebSocketHandshakeException | IllegalArgumentException refused) {
            FullHttpResponse response = response(HttpResponseStatus.BAD_REQUEST, "" + refused.getMessage());
            response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION);
            client.write(response);
        } finally {
            request.release();
        }
        return Optional.empty();
    }

    private FullHttpResponse page(FullHttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return response(HttpResponseStatus.BAD_REQUEST, "no HTTP request");
        }
        if (!(request.method() + " " + request.uri()).equals("GET /")) {
            return response(HttpResponseStatus.NOT_FOUND, "nothing here");
        }
        FullHttpResponse response = response(HttpResponseStatus.OK, page);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
        return response;
    }

    private static FullHttpResponse response(HttpResponseStatus status, String body) {
        var response = new DefaultFullHttpResponse(HTTP_1_1, status, Unpooled.copiedBuffer(body, UTF_8));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
        HttpUtil.setContentLength(response, response.content().readableBytes());
        HttpUtil.setKeepAlive(response, false);
        return response;
    }

    /** {@return whether a page of this server asks, or a program that is no browser} */
    private static boolean isFromHere(FullHttpRequest request) {
        String origin = request.headers().get(HttpHeaderNames.ORIGIN);
        return origin == null || origin.equals("http://" + request.headers().get(HttpHeaderNames.HOST));
    }

    private static void upgrade(FullHttpRequest request, Framed<ByteBufHolder, ByteBufHolder> client)
            throws IOException {
        if (!VERSION.equals(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            throw new WebSocketHandshakeException("this is a server for version " + VERSION + " of WebSocket");
        }
        client.await(new WebSocketServerHandshaker13("/chat", null, LIMITS).handshake(client.channel(), request));
    }

    // ---- WebSocket

    private void chat(String name, Guest guest) throws IOException {
        if (!name.matches("\\w{1,20}")) {
            guest.dismiss("a name has 1 to 20 letters, digits or _");
        } else if (!room.enter(name)) {
            guest.dismiss(name + " is here already");
        } else {
            try {
                talk(name, guest);
            } finally {
                room.leave(name);
                room.say(name, "* " + name + " has left");
            }
        }
    }

    private void talk(String name, Guest guest) throws IOException {
        try (Receiver<Room.Line> lines = room.lines()) {
            guest.show("* here: " + room.guests());
            room.say(name, "* " + name + " has joined");
            TaskGroup.run(group -> {
                group.createTask("lines for " + name, () -> {
                    Room.show(lines, name, guest::show);
                    guest.sayGoodbye(WebSocketCloseStatus.ENDPOINT_UNAVAILABLE, "the server is going down");
                });
                for (Optional<String> said = guest.hear(); said.isPresent(); said = guest.hear()) {
                    room.say(name, name + ": " + said.get());
                }
                group.cancel(name + " has left");
            });
        }
    }

    /**
     * Closes the room, and says goodbye to all guests. Suspends until they have answered, or the time is up.
     *
     * @param limit the longest time for it
     * @return whether it finished in time
     */
    public boolean drain(Duration limit) {
        server.stopAccepting();
        room.close();
        return server.drain(limit);
    }

    /** Aborts all connections. */
    @Override
    public void close() {
        server.close();
    }
}
