package io.gyre.loop;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows and bans of the architecture page. */
@AnalyzeClasses(packages = "io.gyre.loop", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule THE_TIMER_ROOM_USES_THE_JDK_ALONE = usesTheJdkAlone("io.gyre.loop.internal.timer");

    @ArchTest
    static final ArchRule THE_ENTRY_ROOM_USES_THE_JDK_ALONE = usesTheJdkAlone("io.gyre.loop.internal.entry");

    @ArchTest
    static final ArchRule THE_POLL_ROOM_USES_THE_JDK_ALONE = usesTheJdkAlone("io.gyre.loop.internal.poll");

    @ArchTest
    static final ArchRule THE_VTHREAD_ROOM_USES_THE_JDK_ALONE = usesTheJdkAlone("io.gyre.loop.internal.vthread");

    @ArchTest
    static final ArchRule THE_SEAMS_USE_THE_JDK_ALONE = usesTheJdkAlone("io.gyre.loop.spi");

    @ArchTest
    static final ArchRule THE_LOOP_USES_ITS_ROOMS_ALONE = classes()
            .that()
            .resideInAPackage("io.gyre.loop")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "",
                    "java..",
                    "org.jspecify.annotations",
                    "io.gyre.loop",
                    "io.gyre.loop.spi",
                    "io.gyre.loop.internal..");

    @ArchTest
    static final ArchRule ONLY_THE_POLL_ROOM_KNOWS_THE_SELECTOR = noClasses()
            .that()
            .resideOutsideOfPackage("io.gyre.loop.internal.poll")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.nio.channels.Selector");

    @ArchTest
    static final ArchRule ONLY_THE_VTHREAD_ROOM_REFLECTS = noClasses()
            .that()
            .resideOutsideOfPackage("io.gyre.loop.internal.vthread")
            .and()
            .areNotRecords()
            .should()
            .accessClassesThat()
            .resideInAnyPackage("java.lang.invoke", "java.lang.reflect");

    @ArchTest
    static final ArchRule ONLY_THE_ENTRY_ROOM_IS_LOCK_FREE = noClasses()
            .that()
            .resideOutsideOfPackage("io.gyre.loop.internal.entry")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.util.concurrent.atomic")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.invoke.VarHandle");

    @ArchTest
    static final ArchRule NOTHING_IS_SYNCHRONIZED = noMethods().should().haveModifier(JavaModifier.SYNCHRONIZED);

    @ArchTest
    static final ArchRule NOTHING_WAITS_FOR_A_LOCK = noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.util\\.concurrent\\.locks\\..*Lock")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class);

    @ArchTest
    static final ArchRule NOTHING_IS_PRINTED = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    @ArchTest
    static final ArchRule NOTHING_LOGS_BUT_BY_THE_SYSTEM_LOGGER = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    @ArchTest
    static final ArchRule NAMES_SAY_WHAT_A_CLASS_IS =
            noClasses().should().haveNameMatching(".*(Impl|Utils|Util|Helper|Manager)");

    @ArchTest
    static final ArchRule EXCEPTIONS_ARE_NAMED_SO =
            classes().that().areAssignableTo(Throwable.class).should().haveSimpleNameEndingWith("Exception");

    private static ArchRule usesTheJdkAlone(String room) {
        return classes()
                .that()
                .resideInAPackage(room)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("", "java..", "org.jspecify.annotations", room);
    }
}
