void frame() throws Exception {
    System.setProperty("java.awt.headless", "true");
    LoopPortal portal = LoopPortal.start();
    TcpServer server = portal.call(() -> TcpServer.serve(new InetSocketAddress("127.0.0.1", 0), stream -> {
        stream.write("welcome\n".getBytes());
        stream.readAll(1);
    }));
    var label = new JLabel();
    var button = new JButton();
    var welcomed = new CountDownLatch(1);
    var clicked = new CountDownLatch(1);
    label.addPropertyChangeListener("text", change -> {
        if (change.getNewValue().equals("welcome")) {
            welcomed.countDown();
        }
    });
    button.addPropertyChangeListener("text", change -> clicked.countDown());
    var session = new CompletableFuture<CompletableFuture<Void>>();
    SwingUtilities.invokeLater(
            () -> session.complete(build(label, button, "127.0.0.1", server.address().getPort())));
    welcomed.await();
    SwingUtilities.invokeLater(button::doClick);
    clicked.await();
    session.get().cancel(true);
    portal.close();
}
