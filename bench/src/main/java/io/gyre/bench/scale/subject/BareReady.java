package io.gyre.bench.scale.subject;

import io.gyre.bench.BareScheduler;

/** The floor of {@link GyreReady}: virtual threads that yield on a bare queue. */
final class BareReady implements Subject {
    private static final int LEAST_STEPS = 10_000;

    private final BareScheduler bare = new BareScheduler();
    private int count;
    private long steps;

    @Override
    public void add(int more) {
        count += more;
        for (int i = 0; i < more; i++) {
            bare.newThread(this::stepForEver).start();
        }
        bare.run(count);
    }

    @SuppressWarnings("ThreadPriorityCheck") // the bare queue, too, queues a thread that yields last
    private void stepForEver() {
        for (; ; ) {
            steps++;
            Thread.yield();
        }
    }

    @Override
    public long operate() {
        long before = steps;
        bare.run(Math.max(count, LEAST_STEPS));
        return steps - before;
    }
}
