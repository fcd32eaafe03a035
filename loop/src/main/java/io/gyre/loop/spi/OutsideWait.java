package io.gyre.loop.spi;

/**
 * Marks a wait reason: something outside the loop ends the wait, such as another thread, a process or a peer.
 *
 * <p>Only test clocks use it: they do not jump ahead of events that the loop cannot see. Let the object that you pass
 * to {@link io.gyre.loop.LowLevel#park} implement it if another thread will unpark the task.
 */
public interface OutsideWait {}
