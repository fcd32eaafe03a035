package io.gyre.examples.crawl;

import static io.gyre.loop.Async.sleep;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * A site for the crawler, with pages that link to each other: {@code /} links to {@code /1}, {@code /2} and {@code /3},
 * {@code /1} to {@code /11}, {@code /12} and {@code /13}, and so on, and each page back to {@code /}. As on real sites,
 * some pages are missing, never answered, or truncated.
 */
public final class SampleSite {
    private static final String MISSING = "/13";
    private static final String SILENT = "/2";
    private static final String BROKEN = "/31";

    private static final int MAX_HEAD_BYTES = 16 * 1024;
    private static final int DEPTH = 4;
    private static final Duration THINKING = Duration.ofMillis(20);
    private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};

    private SampleSite() {}

    /**
     * Starts the site.
     *
     * @param address the address to listen on
     * @return the listening server
     * @throws IOException if the address is taken
     */
    public static TcpServer start(InetSocketAddress address) throws IOException {
        return TcpServer.serve(address, SampleSite::serve);
    }

    private static void serve(TcpStream client) throws IOException {
        String head = new String(client.readUntil(MAX_HEAD_BYTES, END_OF_HEAD), US_ASCII);
        String path = head.split(" ", 3)[1];
        sleep(THINKING);
        switch (path) {
            case MISSING -> respond(client, "404 Not Found", "nothing here");
            case SILENT -> sleep(Duration.ofHours(1));
            case BROKEN -> client.abort();
            default -> respond(client, "200 OK", page(path));
        }
    }

    private static String page(String path) {
        var links = new StringBuilder("<a href=\"/\">home</a>\n");
        for (int i = 1; i <= 3 && path.length() < DEPTH; i++) {
            links.append("<a href=\"").append(path).append(i).append("\">more</a>\n");
        }
        return links.toString();
    }

    /** As in HTTP/1.0, the end of the connection ends the body. */
    private static void respond(TcpStream client, String status, String body) throws IOException {
        client.write(("HTTP/1.0 " + status + "\r\nContent-Type: text/html\r\n\r\n" + body).getBytes(US_ASCII));
    }
}
