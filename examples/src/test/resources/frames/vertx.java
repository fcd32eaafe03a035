void frame() throws Exception {
    EventLoop.run(() -> {
        Vertx vertx = vertx(NettyLoops.group(EventLoop.current()));
        var server = vertx.createHttpServer().requestHandler(request -> request.response().end("hello"));
        await(server.listen(7007, "127.0.0.1").toCompletionStage());
        var client = vertx.createHttpClient();
        var answer = client.request(io.vertx.core.http.HttpMethod.GET, 7007, "localhost", "/")
                .compose(request -> request.send())
                .compose(response -> response.body());
        assert await(answer.toCompletionStage()).toString().equals("hello");
        await(client.close().toCompletionStage());
        await(vertx.close().toCompletionStage());
    });
}
