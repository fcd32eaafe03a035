package io.gyre.net.testing;

import io.gyre.loop.testing.LoopTest;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A test for streams of all kinds, on a virtual clock that jumps even while sockets are waited for. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@LoopTest(time = LoopTest.Time.AUTOJUMP_DESPITE_IO, timeoutMillis = 15_000)
@interface StreamRule {}
