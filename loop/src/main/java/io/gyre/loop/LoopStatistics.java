package io.gyre.loop;

/**
 * What a loop holds at one moment.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param ticks the number of ticks it has run
 * @param tasks tasks that are not done
 * @param ready steps of tasks and callbacks in the ready queue
 * @param timers pending timers, including those of sleeping tasks
 * @param channels channels that are registered with the selector
 */
public record LoopStatistics(long ticks, int tasks, int ready, int timers, int channels) {}
