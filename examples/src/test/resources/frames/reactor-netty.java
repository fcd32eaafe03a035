void frame() throws Exception {
    EventLoop.run(() -> {
        EventLoopGroup group = NettyLoops.group(EventLoop.current());
        var hello = reactor.core.publisher.Mono.just("hello");
        server(group).handle((request, response) -> response.sendString(hello)).bindNow();
        String answer = await(client(group)
                .get()
                .uri("http://localhost:7007/")
                .responseContent()
                .aggregate()
                .asString()
                .toFuture());
        assert answer.equals("hello") : answer;
    });
}
