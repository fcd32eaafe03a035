package io.gyre.examples.cli;

import io.gyre.examples.crawl.Crawler;
import io.gyre.examples.crawl.SampleSite;
import io.gyre.loop.EventLoop;
import io.gyre.net.TcpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Crawls a site that it serves itself, on the same loop. */
@Command(
        name = "crawl",
        mixinStandardHelpOptions = true,
        description = "Crawler: tasks that make tasks, HttpClient called straight. Crawls a site of its own.")
final class CrawlCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--depth",
            description = "Links from the first page to the last. Default: ${DEFAULT-VALUE}",
            defaultValue = "3",
            converter = PositiveConverter.class)
    private int depth;

    @Option(
            names = "--concurrency",
            description = "Pages fetched at the same time. Default: ${DEFAULT-VALUE}",
            defaultValue = "10",
            converter = PositiveConverter.class)
    private int concurrency;

    @Option(
            names = "--timeout",
            description = "Milliseconds that a page may take. Default: ${DEFAULT-VALUE}",
            defaultValue = "1000",
            converter = PositiveConverter.class)
    private int timeoutMillis;

    @Override
    public Integer call() throws IOException {
        Crawler.Report report;
        try (HttpClient client = Crawler.newClient()) {
            report = EventLoop.run(() -> crawl(client));
        }
        PrintWriter out = spec.commandLine().getOut();
        report.pages().forEach((page, links) -> out.println(page + "  " + links + " links"));
        report.failures().forEach((page, why) -> out.println(page + "  FAILED: " + why));
        out.flush();
        return 0;
    }

    private Crawler.Report crawl(HttpClient client) throws IOException {
        try (TcpServer site = SampleSite.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            URI start = URI.create("http://127.0.0.1:" + site.address().getPort() + "/");
            return Crawler.crawl(client, start, depth, concurrency, Duration.ofMillis(timeoutMillis));
        }
    }
}
