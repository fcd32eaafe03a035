void frame() {
    EventLoop.run(() -> {
        new Lock().withLock(() -> {});
        new Semaphore(1).withPermit(() -> {});
        new Queue<String>().put("a");
        new PriorityQueue<String>(Comparator.naturalOrder()).put("b");
        Channel<String> channel = null;
        Condition condition = null;
        TimeoutException late = null;
        SocketOptions.none();
    });
}
