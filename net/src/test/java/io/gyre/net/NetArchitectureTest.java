package io.gyre.net;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class NetArchitectureTest {
    private static final JavaClasses NET = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.gyre.net");

    @Test
    void usesTheLoopByItsDoor() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.gyre.loop.internal..")
                .check(NET);
    }

    @Test
    void theSystemAndTheTestsRestOnTheStreams() {
        noClasses()
                .that()
                .resideInAPackage("io.gyre.net")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.gyre.net.netty..", "io.gyre.net.os..", "io.gyre.net.testing..", "io.gyre.net.tls..")
                .check(NET);
    }

    @Test
    void namesOfHostsRestOnTheLoopAlone() {
        noClasses()
                .that()
                .resideInAPackage("io.gyre.net.dns..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.gyre.net..").and(resideOutsideOfPackage("io.gyre.net.dns..")))
                .check(NET);
    }

    @Test
    void callsOfAStreamGoDownAndNotUp() {
        noClasses()
                .that()
                .haveFullyQualifiedName("io.gyre.net.Wire")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("io\\.gyre\\.net\\.(WireReader|WireWriter|BufferedStream|SocketStream)")
                .check(NET);
        noClasses()
                .that()
                .haveNameMatching("io\\.gyre\\.net\\.(WireReader|WireWriter)")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("io\\.gyre\\.net\\.(BufferedStream|SocketStream)")
                .check(NET);
    }

    @Test
    void hasNoSelectorOfItsOwn() {
        noClasses()
                .that()
                .doNotHaveSimpleName("BridgeKey") // declares that it has none
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.nio.channels.Selector")
                .check(NET);
    }

    @Test
    void needsNoLockAndNoAtomic() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.concurrent.atomic..", "java.util.concurrent.locks..")
                .because("all state belongs to one loop, or is handed over under a monitor")
                .check(NET);
    }

    @Test
    void onlyItsOwnRoomKnowsNetty() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.gyre.net.netty..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..", "io.gyre.net.netty..")
                .because("users without Netty must not miss it")
                .check(NET);
    }
}
