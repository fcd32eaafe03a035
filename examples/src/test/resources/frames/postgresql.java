void frame() throws Exception {
    EventLoop.run(() -> {
        var factory = database(NettyLoops.group(EventLoop.current()));
        try {
            await(factory.create().toFuture());
            throw new AssertionError("nobody listens there, and yet it has connected");
        } catch (CompletionException e) {
            assert e.getCause().getMessage().contains("Cannot connect to") : e.getCause();
        }
    });
}
