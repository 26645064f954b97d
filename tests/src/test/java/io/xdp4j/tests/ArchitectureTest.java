package io.xdp4j.tests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;

/** The module stack, and who may touch native memory. */
class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.xdp4j");

    @Test
    void eachModuleUsesOnlyWhatLiesBelowIt() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("io.xdp4j..")
                .layer("ring-io")
                .definedBy("io.xdp4j.sys..", "io.xdp4j.packet..", "io.xdp4j.capture..", "io.xdp4j.ring..")
                .layer("xdp-loader")
                .definedBy("io.xdp4j.bpf..")
                .layer("jit-native")
                .definedBy("io.xdp4j.map..", "io.xdp4j.vm..", "io.xdp4j.verifier..", "io.xdp4j.engine..")
                .layer("dataplane")
                .definedBy("io.xdp4j.dataplane..")
                .whereLayer("dataplane")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("jit-native")
                .mayOnlyBeAccessedByLayers("dataplane")
                .whereLayer("xdp-loader")
                .mayOnlyBeAccessedByLayers("jit-native", "dataplane")
                .check(CLASSES);
    }

    @Test
    void theObjectModelAndCapturesNeedNoSystem() {
        noClasses()
                .that()
                .resideInAnyPackage("io.xdp4j.bpf..", "io.xdp4j.capture..", "io.xdp4j.packet..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.xdp4j.sys..")
                .check(CLASSES);
    }

    @Test
    void onlyTheFloorTouchesForeignMemory() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.xdp4j.sys..", "io.xdp4j.ring..", "io.xdp4j.map..", "io.xdp4j.jit..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign..")
                .check(CLASSES);
    }

    @Test
    void noPackageDependsOnItselfThroughAnother() {
        slices().assignedFrom(new ByPackage()).should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void thePacketPathBoxesNothing() {
        noClasses()
                .that()
                .haveFullyQualifiedName("io.xdp4j.vm.Interpreter")
                .or()
                .haveFullyQualifiedName("io.xdp4j.vm.Memory")
                .or()
                .haveFullyQualifiedName("io.xdp4j.vm.Arithmetic")
                .or()
                .haveFullyQualifiedName("io.xdp4j.vm.InterpretedRunner")
                .should()
                .callMethod(Integer.class, "valueOf", int.class)
                .orShould()
                .callMethod(Long.class, "valueOf", long.class)
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("java.util.stream..")
                .check(CLASSES);
    }

    @Test
    void nothingIsOpenForSubclassingByAccident() {
        classes()
                .that()
                .arePublic()
                .and()
                .areNotInterfaces()
                .and()
                .areNotEnums()
                .and()
                .areNotRecords()
                .and()
                .areTopLevelClasses()
                .should()
                .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL)
                .orShould()
                .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.ABSTRACT)
                .check(CLASSES);
    }

    private static final class ByPackage implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(final com.tngtech.archunit.core.domain.JavaClass javaClass) {
            return SliceIdentifier.of(javaClass.getPackageName());
        }

        @Override
        public String getDescription() {
            return "every package";
        }
    }
}
