package io.gyre.loop;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says which row of {@code FEATURES.md} a test shows. The examples' {@code FeaturesTest} compares rows and tests. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.SOURCE)
public @interface Feature {
    /** {@return the words of the row's first column} */
    String value();
}
