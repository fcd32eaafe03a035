void frame() {
    EventLoop.run(() -> {
        Task<String> head = createTask(() -> "a");
        assert page(head, () -> "b", () -> "c").equals("abc");

        Task<String> broken = createTask(() -> { throw new IOException("gone"); });
        assert page(broken, () -> "b", () -> "c").equals("not available: gone");
    });
}
