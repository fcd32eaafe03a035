package io.gyre.loop.process;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayDeque;
import java.util.List;

/** Passes on the output of a child and remembers the last lines. A daemon thread that ends with the child. */
final class OutputPump extends Thread {
    /** Enough for the message and the innermost frames of the fatal error. */
    private static final int REMEMBERED_LINES = 20;

    /**
     * How long to wait for the remaining output of a child that has ended: a program that it started may hold the pipe.
     */
    private static final int REST_MILLIS = 1_000;

    /** The output may lack line ends. */
    static final int MAX_LINE_CHARS = 16_384;

    private static final int BUFFER_CHARS = 8_192;

    private final long pid;
    private final Reader output;
    private final OutputHandler handler;
    private final ArrayDeque<String> lastLines = new ArrayDeque<>();

    OutputPump(Process child, OutputHandler handler) {
        super("gyre-process-" + child.pid() + "-output");
        this.pid = child.pid();
        this.output = child.inputReader();
        this.handler = handler;
        setDaemon(true);
    }

    @Override
    public void run() {
        var line = new StringBuilder();
        char[] buffer = new char[BUFFER_CHARS];
        boolean afterReturn = false;
        try {
            for (int count = output.read(buffer); count >= 0; count = output.read(buffer)) {
                for (int i = 0; i < count; i++) {
                    char c = buffer[i];
                    boolean end = c == '\r' || (c == '\n' && !afterReturn);
                    if (c != '\r' && c != '\n') {
                        line.append(c);
                    }
                    if (end || line.length() == MAX_LINE_CHARS) {
                        take(line);
                    }
                    afterReturn = c == '\r';
                }
            }
        } catch (IOException e) {
            // The child is gone.
        }
        if (!line.isEmpty()) {
            take(line);
        }
    }

    private void take(StringBuilder line) {
        String whole = line.toString();
        line.setLength(0);
        remember(whole);
        hand(whole);
    }

    /** Even if the handler throws, the output must be read, or the child blocks. */
    private void hand(String line) {
        try {
            handler.line(pid, line);
        } catch (Throwable e) {
            tellOf(e);
        }
    }

    private void tellOf(Throwable failure) {
        try {
            getUncaughtExceptionHandler().uncaughtException(this, failure);
        } catch (Throwable ignored) {
            // As the JVM does it.
        }
    }

    private void remember(String line) {
        synchronized (lastLines) {
            if (lastLines.size() == REMEMBERED_LINES) {
                lastLines.remove();
            }
            lastLines.add(line);
        }
    }

    /** {@return the last lines of a child that has ended} */
    List<String> lastLines() {
        awaitEnd();
        synchronized (lastLines) {
            return List.copyOf(lastLines);
        }
    }

    /** Waits until all output of a child that has ended is passed on. */
    void awaitEnd() {
        try {
            join(REST_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
