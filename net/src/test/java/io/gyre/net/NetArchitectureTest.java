package io.gyre.net;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.gyre.net", importOptions = ImportOption.DoNotIncludeTests.class)
final class NetArchitectureTest {
    @ArchTest
    static final ArchRule USES_THE_LOOP_BY_ITS_DOOR =
            noClasses().should().dependOnClassesThat().resideInAPackage("io.gyre.loop.internal..");

    @ArchTest
    static final ArchRule HAS_NO_SELECTOR_OF_ITS_OWN =
            noClasses().should().dependOnClassesThat().haveFullyQualifiedName("java.nio.channels.Selector");

    @ArchTest
    static final ArchRule NEEDS_NO_LOCK_AND_NO_ATOMIC = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.util.concurrent.atomic..", "java.util.concurrent.locks..", "java.lang.invoke..")
            .because("all state belongs to one loop; lambdas are the compiler's business");
}
