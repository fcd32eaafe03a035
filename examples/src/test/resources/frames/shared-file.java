void frame() throws IOException {
    var file = java.nio.file.Files.createTempFile("gyre", ".txt");
    java.nio.file.Files.writeString(file, "a shared file");
    EventLoop.run(() -> {
        try (FileChannel channel = FileChannel.open(file, java.nio.file.StandardOpenOption.DELETE_ON_CLOSE)) {
            ByteBuffer buffer = ByteBuffer.allocate(6);
            assert readAt(channel, buffer, 2) == 6;
            assert new String(buffer.array()).equals("shared");
        }
    });
}
