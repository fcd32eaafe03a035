void frame() throws Exception {
    Thread.ofPlatform().daemon().start(() -> {
        try {
            main();
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
    });
    byte[] sent = "hello".getBytes();
    try (java.nio.channels.SocketChannel client = connect()) {
        client.write(java.nio.ByteBuffer.wrap(sent));
        byte[] received = client.socket().getInputStream().readNBytes(sent.length);
        assert java.util.Arrays.equals(sent, received) : new String(received);
    }
}

java.nio.channels.SocketChannel connect() throws Exception {
    for (;;) {
        try {
            return java.nio.channels.SocketChannel.open(new java.net.InetSocketAddress("127.0.0.1", 7007));
        } catch (java.net.ConnectException notYet) {
            Thread.yield();
        }
    }
}
