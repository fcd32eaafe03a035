package io.gyre.loop;

/**
 * What a loop holds at one moment.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param ticks how many ticks it has run
 * @param tasks tasks that are not done
 * @param ready steps of tasks and callbacks in the ready queue
 * @param timers pending timers, those of sleeping tasks included
 * @param channels channels that are registered with the selector
 */
public record LoopStatistics(long ticks, int tasks, int ready, int timers, int channels) {}
