void frame() throws Exception {
    EventLoop.run(() -> {
        EventLoop loop = EventLoop.current();
        EventLoopGroup group = NettyLoops.group(loop);
        var server = server(loop, group).build().start();
        var channel = channel(loop, group).usePlaintext().build();
        var call = io.grpc.MethodDescriptor.newBuilder(new Nothing(), new Nothing())
                .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
                .setFullMethodName("no.Service/call")
                .build();
        try {
            io.grpc.stub.ClientCalls.blockingUnaryCall(channel, call, io.grpc.CallOptions.DEFAULT, "");
            throw new AssertionError("no.Service has answered");
        } catch (io.grpc.StatusRuntimeException e) {
            assert e.getStatus().getCode() == io.grpc.Status.Code.UNIMPLEMENTED : e;
        }
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    });
}

static final class Nothing implements io.grpc.MethodDescriptor.Marshaller<String> {
    public java.io.InputStream stream(String message) {
        return java.io.InputStream.nullInputStream();
    }

    public String parse(java.io.InputStream message) {
        return "";
    }
}
