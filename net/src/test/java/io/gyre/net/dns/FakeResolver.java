package io.gyre.net.dns;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;

/** A resolver that answers when the test says so, and remembers what it was asked. */
final class FakeResolver implements Resolver {
    static final InetAddress FIRST = InetAddress.ofLiteral("192.0.2.1");
    static final InetAddress SECOND = InetAddress.ofLiteral("192.0.2.2");

    /** What was asked, in order; a cancelled question is there twice, the second time as {@code cancelled x}. */
    final List<String> log = new ArrayList<>();

    private final Map<String, LoopFuture<String>> answers = new HashMap<>();

    /** Answers the latest question about a name, an address or a service ({@code http/TCP}): with an address, a name or a port. */
    void answer(String question, String answer) {
        question(question).setResult(answer);
    }

    void fail(String question, Throwable failure) {
        question(question).setException(failure);
    }

    private LoopFuture<String> question(String question) {
        return Objects.requireNonNull(answers.get(question), "nobody has asked for " + question);
    }

    @Override
    public List<InetAddress> resolve(String host) throws IOException {
        String answer = ask(host);
        return answer.isEmpty() ? List.of() : List.of(InetAddress.ofLiteral(answer));
    }

    @Override
    public String reverse(InetAddress address) throws IOException {
        return ask(address.getHostAddress());
    }

    @Override
    public int port(String service, Protocol protocol) throws IOException {
        return Integer.parseInt(ask(service + "/" + protocol));
    }

    private String ask(String question) throws IOException {
        log.add(question);
        LoopFuture<String> answer = EventLoop.current().createFuture();
        answers.put(question, answer);
        try {
            return answer.await();
        } catch (CancelledException cancelled) {
            log.add("cancelled " + question);
            throw cancelled;
        } catch (CompletionException failed) {
            switch (failed.getCause()) {
                case IOException failure -> throw failure;
                case RuntimeException failure -> throw failure;
                case null, default -> throw failed;
            }
        }
    }

    @Override
    public String toString() {
        return "FakeResolver";
    }
}
