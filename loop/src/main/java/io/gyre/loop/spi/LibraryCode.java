package io.gyre.loop.spi;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a package of a library that creates tasks and callbacks for its users. Messages that say where a task was
 * created skip the lines of the package and name the user's line.
 *
 * {@snippet :
 * @LibraryCode
 * package com.example.http;
 * }
 *
 * <p>The mark applies to classes from the same jar or directory as the package's {@code package-info}, so the library's
 * own tests count as users. Packages of {@code io.gyre.loop} need no mark.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PACKAGE)
public @interface LibraryCode {}
