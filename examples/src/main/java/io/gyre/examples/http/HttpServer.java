package io.gyre.examples.http;

import static io.netty.handler.codec.http.HttpVersion.HTTP_1_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.gyre.net.TcpServer;
import io.gyre.net.netty.Framed;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * An HTTP/1.1 server: a greeting, and an echo of what is posted.
 *
 * <p>What this example shows: a connection is a loop that reads a request and writes its answer. Keep-alive is the loop, and
 * pipelining comes by itself: the next request waits until it is read. The server counts, limits and ends connections
 * as any {@code TcpServer}.
 */
public final class HttpServer {
    private static final int MAX_BODY_BYTES = 1 << 16;

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
                pipeline -> pipeline.addLast(new HttpServerCodec(), new HttpObjectAggregator(MAX_BODY_BYTES)),
                HttpServer::handle);
    }

    private static void handle(Framed<FullHttpRequest, FullHttpResponse> framed) throws IOException {
        boolean goesOn = true;
        while (goesOn) {
            Optional<FullHttpRequest> request = framed.read();
            goesOn = request.isPresent() && answer(request.get(), framed);
        }
    }

    /** {@return whether the client keeps the connection} */
    private static boolean answer(FullHttpRequest request, Framed<FullHttpRequest, FullHttpResponse> framed)
            throws IOException {
        FullHttpResponse response;
        boolean keepsAlive =
                HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess();
        try {
            response = answerTo(request);
        } finally {
            request.release();
        }
        HttpUtil.setContentLength(response, response.content().readableBytes());
        HttpUtil.setKeepAlive(response, keepsAlive);
        framed.write(response);
        return keepsAlive;
    }

    private static FullHttpResponse answerTo(FullHttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return text(HttpResponseStatus.BAD_REQUEST, "no HTTP request\n");
        }
        if (request.method().equals(HttpMethod.POST) && request.uri().equals("/echo")) {
            return text(HttpResponseStatus.OK, request.content().toString(UTF_8));
        }
        return request.method().equals(HttpMethod.GET) && request.uri().equals("/")
                ? text(HttpResponseStatus.OK, "hello\n")
                : text(HttpResponseStatus.NOT_FOUND, "nothing here\n");
    }

    private static FullHttpResponse text(HttpResponseStatus status, String text) {
        var response = new DefaultFullHttpResponse(HTTP_1_1, status, Unpooled.copiedBuffer(text, UTF_8));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
        return response;
    }
}
