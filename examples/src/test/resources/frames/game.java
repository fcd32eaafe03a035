void frame() throws Exception {
    EventLoop loop = EventLoop.create();
    var frames = new java.util.concurrent.atomic.AtomicInteger();
    var ended = new CountDownLatch(1);
    Thread game = Thread.ofPlatform().start(() -> {
        loop.callSoonThreadsafe(() -> loop.callLater(Duration.ofMillis(1), ended::countDown));
        play(loop, frames::incrementAndGet, () -> ended.getCount() == 0, Duration.ofMillis(2));
    });
    game.join();
    assert loop.isClosed() && frames.get() > 0;
}
