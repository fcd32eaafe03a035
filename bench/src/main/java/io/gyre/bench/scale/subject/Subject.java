package io.gyre.bench.scale.subject;

/** Something that there can be many of, and an operation whose cost may depend on how many there are. */
interface Subject {
    /** Adds so many. */
    void add(int count);

    /**
     * Does the operation some thousands of times.
     *
     * @return how often
     */
    long operate();
}
