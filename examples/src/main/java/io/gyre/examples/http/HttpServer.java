package io.gyre.examples.http;

import static io.netty.handler.codec.http.HttpVersion.HTTP_1_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import io.gyre.net.TcpServer;
import io.gyre.net.netty.Framed;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * An HTTP/1.1 server: a greeting as text and as JSON, an echo of what is posted, and a body that is made while it is sent.
 *
 * <p>What this example shows: a connection is a loop that reads a request and writes its answer. Keep-alive is the loop, and
 * pipelining comes by itself: the next request waits until it is read. A streamed body is a loop of writes, each of which
 * waits until the client keeps up. The server counts, limits and ends connections as any {@code TcpServer}.
 */
public final class HttpServer {
    private static final int MAX_BODY_BYTES = 1 << 16;
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String JSON = "application/json";
    private static final int NUMBERS = 100_000;
    private static final int NUMBERS_PER_PART = 1_000;

    private HttpServer() {}

    /**
     * Starts to serve. Suspends no longer than a moment.
     *
     * @param address where to listen
     * @return the server
     * @throws IOException if the address cannot be used
     */
    public static TcpServer serve(InetSocketAddress address) throws IOException {
        return Framed.serve(
                address,
                FullHttpRequest.class,
                pipeline -> pipeline.addLast(new HttpServerCodec(), wholeRequests()),
                HttpServer::converse);
    }

    /** {@return what makes one message of the head and the parts of a request} */
    static ChannelHandler wholeRequests() {
        return new HttpObjectAggregator(MAX_BODY_BYTES);
    }

    /** Answers requests until the client has no more: those of a connection, or the one of a stream of HTTP/2. */
    static void converse(Framed<FullHttpRequest, HttpObject> client) throws IOException {
        boolean goesOn = true;
        while (goesOn) {
            Optional<FullHttpRequest> request = client.read();
            goesOn = request.isPresent() && answer(request.get(), client);
        }
    }

    /** {@return whether the client keeps the connection} */
    private static boolean answer(FullHttpRequest request, Framed<FullHttpRequest, HttpObject> client)
            throws IOException {
        try {
            if (request.method().equals(HttpMethod.GET) && request.uri().equals("/numbers")) {
                return streamNumbers(request, client);
            }
            boolean keepsAlive =
                    HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess();
            FullHttpResponse response = answerTo(request);
            HttpUtil.setContentLength(response, response.content().readableBytes());
            HttpUtil.setKeepAlive(response, keepsAlive);
            if (request.method().equals(HttpMethod.HEAD)) {
                response.content().clear();
            }
            client.write(response);
            return keepsAlive;
        } finally {
            request.release();
        }
    }

    private static FullHttpResponse answerTo(FullHttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return response(HttpResponseStatus.BAD_REQUEST, TEXT, "no HTTP request\n");
        }
        return switch (request.method() + " " + request.uri()) {
            case "GET /", "HEAD /" -> response(HttpResponseStatus.OK, TEXT, "hello\n");
            case "GET /json" -> response(HttpResponseStatus.OK, JSON, "{\"greeting\":\"hello\"}\n");
            case "POST /echo" ->
                response(HttpResponseStatus.OK, TEXT, request.content().toString(UTF_8));
            default -> response(HttpResponseStatus.NOT_FOUND, TEXT, "nothing here\n");
        };
    }

    private static FullHttpResponse response(HttpResponseStatus status, String type, String body) {
        var response = new DefaultFullHttpResponse(HTTP_1_1, status, Unpooled.copiedBuffer(body, UTF_8));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
        return response;
    }

    /** {@return whether the client keeps the connection} HTTP/1.0 knows no parts: there the body ends with the connection. */
    private static boolean streamNumbers(FullHttpRequest request, Framed<FullHttpRequest, HttpObject> client)
            throws IOException {
        boolean inParts = request.protocolVersion().equals(HTTP_1_1);
        boolean keepsAlive = inParts && HttpUtil.isKeepAlive(request);
        HttpResponse head = new DefaultHttpResponse(HTTP_1_1, HttpResponseStatus.OK);
        head.headers().set(HttpHeaderNames.CONTENT_TYPE, TEXT);
        HttpUtil.setTransferEncodingChunked(head, inParts);
        HttpUtil.setKeepAlive(head, keepsAlive);
        client.write(head);
        for (int first = 1; first <= NUMBERS; first += NUMBERS_PER_PART) {
            String part = IntStream.range(first, first + NUMBERS_PER_PART)
                    .mapToObj(number -> number + "\n")
                    .collect(joining());
            client.write(new DefaultHttpContent(Unpooled.copiedBuffer(part, UTF_8)));
        }
        client.write(LastHttpContent.EMPTY_LAST_CONTENT);
        return keepsAlive;
    }
}
