void frame() throws Exception {
    TcpServer server = PORTAL.call(() -> TcpServer.serve(
            new InetSocketAddress("127.0.0.1", 0), stream -> stream.write("welcome\n".getBytes())));
    int port = server.address().getPort();
    assert banner("127.0.0.1", port).equals("welcome");
    assert bannerLater("127.0.0.1", port).get().equals("welcome");
    PORTAL.close();
}
