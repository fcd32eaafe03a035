package io.gyre.loop.spi;

/**
 * Marks a wait reason: something outside the loop ends the wait, such as another thread, a process or a peer.
 *
 * <p>Only the clocks of tests ask: they do not jump ahead of what the loop cannot see. Implement it by the object that you
 * give to {@link io.gyre.loop.LowLevel#park} if another thread will unpark the task.
 */
public interface OutsideWait {}
