package io.gyre.net.tls;

import io.gyre.net.ByteStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** A plain stream, none of this library's, of which one method throws what no stream may throw. */
final class ThrowingStream {
    private final ByteStream inner;
    private final String method;
    private @Nullable RuntimeException mistake;
    private int failures;

    ThrowingStream(ByteStream inner, String method) {
        this.inner = inner;
        this.method = method;
    }

    ByteStream stream() {
        return (ByteStream) Proxy.newProxyInstance(
                ThrowingStream.class.getClassLoader(), new Class<?>[] {ByteStream.class}, (_, called, arguments) -> {
                    if (mistake != null && called.getName().equals(method)) {
                        failures++;
                        throw mistake;
                    }
                    try {
                        return called.invoke(inner, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    void begin(RuntimeException toThrow) {
        mistake = toThrow;
    }

    int failures() {
        return failures;
    }
}
