package io.gyre.loop;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The arrows and bans of the architecture page. */
class ArchitectureTest {
    private static final String PROCESS = "io.gyre.loop.process";

    private static final JavaClasses LOOP =
            new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages("io.gyre.loop");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.gyre.loop.internal.timer",
                "io.gyre.loop.internal.entry",
                "io.gyre.loop.internal.poll",
                "io.gyre.loop.internal.text",
                "io.gyre.loop.internal.vthread"
            })
    void innerRoomUsesTheJdkAlone(String room) {
        classes()
                .that()
                .resideInAPackage(room)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("", "java..", "org.jspecify.annotations", room)
                .check(LOOP);
    }

    @Test
    void spiUsesTheJdkAndDumpsAndDescriptionsAlone() {
        mayUse("io.gyre.loop.spi", "io.gyre.loop.dump", "io.gyre.loop.internal.text");
    }

    @Test
    void dumpsUseDescriptionsAlone() {
        mayUse("io.gyre.loop.dump", "io.gyre.loop.internal.text");
    }

    @Test
    void processPoolUsesTheSeamAndDescriptionsAlone() {
        mayUse(PROCESS, "io.gyre.loop.spi", "io.gyre.loop.internal.text");
    }

    private static void mayUse(String room, String... others) {
        classes()
                .that()
                .resideInAPackage(room)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        Stream.concat(Stream.of("", "java..", "org.jspecify.annotations", room), Arrays.stream(others))
                                .toArray(String[]::new))
                .check(LOOP);
    }

    @Test
    void loopUsesItsInnerRoomsAlone() {
        classes()
                .that()
                .resideInAPackage("io.gyre.loop")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "",
                        "java..",
                        "org.jspecify.annotations",
                        "io.gyre.loop",
                        "io.gyre.loop.dump",
                        "io.gyre.loop.spi",
                        "io.gyre.loop.internal..")
                .check(LOOP);
    }

    @Test
    void syncIsWrittenOnThePublicApi() {
        classes()
                .that()
                .resideInAPackage("io.gyre.loop.sync")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "",
                        "java..",
                        "org.jspecify.annotations",
                        "io.gyre.loop",
                        "io.gyre.loop.dump",
                        "io.gyre.loop.spi",
                        "io.gyre.loop.sync")
                .check(LOOP);
    }

    @Test
    void onlyThePollRoomKnowsTheSelector() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.gyre.loop.internal.poll")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.nio.channels.Selector")
                .check(LOOP);
    }

    @Test
    void testingUsesThePublicLoop() {
        classes()
                .that()
                .resideInAPackage("io.gyre.loop.testing")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "",
                        "java..",
                        "org.jspecify.annotations",
                        "io.gyre.loop",
                        "io.gyre.loop.dump",
                        "io.gyre.loop.spi",
                        "io.gyre.loop.testing",
                        "org.junit..",
                        "org.opentest4j")
                .check(LOOP);
    }

    @Test
    void onlyLoopTestKnowsJUnit() {
        noClasses()
                .that()
                .haveNameNotMatching("io\\.gyre\\.loop\\.testing\\.LoopTest.*")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.junit..", "org.opentest4j")
                .check(LOOP);
    }

    /**
     * Records and lambdas mention {@code java.lang.invoke} by themselves; these are the types that reflection starts with.
     * JUnit hands a method to its extensions.
     */
    @Test
    void onlyTheVthreadRoomReflects() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.gyre.loop.internal.vthread")
                .and()
                .doNotHaveSimpleName("LoopTestExtension")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect")
                .orShould()
                .callMethod("java.lang.invoke.MethodHandles", "lookup")
                .orShould()
                .callMethod(Class.class, "forName", String.class)
                .check(LOOP);
    }

    @Test
    void onlyTheEntryRoomIsLockFree() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.gyre.loop.internal.entry")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.util.concurrent.atomic")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.invoke.VarHandle")
                .check(LOOP);
    }

    /** Process pools have threads of their own; a channel between threads is used by such, and tasks spin for its lock. */
    @Test
    void nothingWaitsForALock() {
        noMethods()
                .that()
                .areDeclaredInClassesThat()
                .resideOutsideOfPackage(PROCESS)
                .should()
                .haveModifier(JavaModifier.SYNCHRONIZED)
                .check(LOOP);
        noClasses()
                .that()
                .resideOutsideOfPackage(PROCESS)
                .and()
                .doNotHaveSimpleName("SharedConduit")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.util\\.concurrent\\.locks\\..*Lock")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .check(LOOP);
    }

    @Test
    void nothingIsPrinted() {
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(LOOP.that(resideOutsideOfPackage(PROCESS)));
        NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(LOOP);
    }

    @Test
    void namesSayWhatAClassIs() {
        noClasses().should().haveNameMatching(".*(Impl|Utils?|Helper|Manager)").check(LOOP);
        classes()
                .that()
                .areAssignableTo(Throwable.class)
                .should()
                .haveSimpleNameEndingWith("Exception")
                .check(LOOP);
    }
}
