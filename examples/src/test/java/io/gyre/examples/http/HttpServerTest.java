package io.gyre.examples.http;

import static io.gyre.examples.Talk.ANY_PORT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.examples.NoLeaks;
import io.gyre.loop.EventLoop;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class HttpServerTest {
    /** Sends bytes, and returns all that comes until the server closes. */
    private static String talk(String requests) throws Exception {
        return EventLoop.run(() -> {
            try (TcpServer server = HttpServer.serve(ANY_PORT);
                    TcpStream stream = TcpStream.connect(server.address())) {
                stream.write(requests.getBytes(UTF_8));
                return new String(stream.readAll(1_000_000), UTF_8);
            }
        });
    }

    @Test
    void clientOfTheJdkIsAnswered() throws Exception {
        EventLoop.run(() -> {
            try (TcpServer server = HttpServer.serve(ANY_PORT);
                    HttpClient client = HttpClient.newHttpClient()) {
                URI root = URI.create("http://127.0.0.1:" + server.address().getPort() + "/");
                HttpResponse<String> greeting =
                        client.send(HttpRequest.newBuilder(root).build(), BodyHandlers.ofString());
                HttpResponse<String> echo = client.send(
                        HttpRequest.newBuilder(root.resolve("/echo"))
                                .POST(BodyPublishers.ofString("bücher"))
                                .build(),
                        BodyHandlers.ofString());

                assertThat(greeting.statusCode()).isEqualTo(200);
                assertThat(greeting.body()).isEqualTo("hello\n");
                assertThat(echo.body()).isEqualTo("bücher");
                assertThat(server.statistics().accepted())
                        .as("connections, kept alive")
                        .isEqualTo(1);
            }
        });
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrderAndTheLastOneCloses() throws Exception {
        String answers =
                talk("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        assertThat(answers)
                .matches("(?s)HTTP/1.1 200 OK.*hello\nHTTP/1.1 404 Not Found.*connection: close.*nothing here\n");
    }

    @Test
    void drainingAnswersWhatHasComeAndEndsTheIdleConnection() throws Exception {
        EventLoop.run(() -> {
            TcpServer server = HttpServer.serve(ANY_PORT);
            try (TcpStream stream = TcpStream.connect(server.address())) {
                String request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
                stream.write(request.getBytes(UTF_8));
                while (!stream.readLine(1_000).orElseThrow().equals("hello")) {
                    // the head, and the connection is kept alive
                }
                stream.write((request + request).getBytes(UTF_8));

                assertThat(server.drain(Duration.ofSeconds(10))).isTrue();

                assertThat(new String(stream.readAll(10_000), UTF_8)).matches("(?s)(HTTP/1.1 200 OK.*hello\n){2}");
            }
        });
    }

    @Test
    void answerToHeadHasNoBody() throws Exception {
        assertThat(talk("HEAD /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 404 ")
                .endsWith("\r\n\r\n");
    }

    @Test
    void streamedBodyComesInPartsBetweenOthers() throws Exception {
        String first = "GET /numbers HTTP/1.1\r\nHost: x\r\n\r\n";
        String last = "GET /json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

        String answers = talk(first + last);

        assertThat(answers)
                .contains("transfer-encoding: chunked", "\n100000\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n")
                .endsWith("\r\n\r\n{\"greeting\":\"hello\"}\n");
    }

    @Test
    void oldClientGetsAStreamedBodyThatEndsWithTheConnection() throws Exception {
        String answer = talk("GET /numbers HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

        assertThat(answer).contains("\r\n\r\n1\n2\n3\n").endsWith("\n99999\n100000\n");
        assertThat(answer).doesNotContain("chunked");
    }

    @Test
    void whatIsNoRequestIsRefused() throws Exception {
        assertThat(talk("nonsense\r\n\r\n"))
                .startsWith("HTTP/1.1 400 Bad Request")
                .endsWith("no HTTP request\n");
    }

    @Test
    void bodyThatIsTooLargeIsRefused() throws Exception {
        assertThat(talk("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
    }
}
