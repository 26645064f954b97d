package io.xdp4j.dataplane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher in a project of its own, with scripts in place of JDK and Maven that write down what they are asked. */
class LauncherTest {

    private static final String SERIAL = "-XX:+UseSerialGC";

    @TempDir
    Path folder;

    private Path project;
    private Path jdk;
    private Path asked;

    @BeforeEach
    void makeProject() throws IOException {
        project = folder.resolve("project");
        jdk = folder.resolve("jdk");
        asked = folder.resolve("asked");
        write(project.resolve("dataplane/src/main/Main.java"), "class Main {}");
        Files.setLastModifiedTime(
                project.resolve("dataplane/src/main/Main.java"), FileTime.fromMillis(1_700_000_000_000L));
        script(project.resolve("xdp4j"), Files.readString(Path.of("..", "xdp4j")));
        script(project.resolve(".mvn/jdk25.sh"), Files.readString(Path.of("..", ".mvn", "jdk25.sh")));
        script(jdk.resolve("bin/javac"), "#!/bin/sh\n");
        script(jdk.resolve("bin/java"), """
            #!/bin/sh
            case "$*" in
            *-XX:AOTCacheOutput=*) echo train; [ -z "$FAIL_TRAINING" ] || exit 1; for option; do case $option in
                -XX:AOTCacheOutput=*) echo cache >"${option#*=}" ;; esac; done ;;
            *Modernise*) ;;
            *) echo "run${*##*xdp4j.jar}"
               for option; do case $option in -XX:AOTCache=*) echo cached ;; -XX:+Use*GC) echo "$option" ;; esac; done ;;
            esac >>"$ASKED"
            """);
        release("25.0.1");
        maven("");
    }

    private void release(final String version) throws IOException {
        write(jdk.resolve("release"), "IMPLEMENTOR=\"nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
    }

    private void maven(final String more) throws IOException {
        script(folder.resolve("bin/mvn"), """
            #!/bin/sh
            echo build >>"$ASKED"
            mkdir -p dataplane/target/lib
            echo jar >dataplane/target/xdp4j.jar
            echo jar >dataplane/target/lib/picocli-1.jar
            """ + more + "\necho BUILD SUCCESS\n");
    }

    private static void write(final Path file, final String text) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.writeString(file, text);
    }

    private static void script(final Path file, final String text) throws IOException {
        write(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** What JDK and Maven were asked for, in order; {@code variables} are {@code NAME=VALUE}. */
    private List<String> start(final String... variables) throws IOException, InterruptedException {
        Files.writeString(asked, "");
        final ProcessBuilder builder =
                new ProcessBuilder(project.resolve("xdp4j").toString(), "dump");
        builder.environment().keySet().removeIf(name -> name.startsWith("XDP4J_") || name.startsWith("JAVA"));
        builder.environment().put("JAVA_HOME", jdk.toString());
        builder.environment().put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
        builder.environment().put("ASKED", asked.toString());
        for (final String variable : variables) {
            final int equals = variable.indexOf('=');
            builder.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
        }
        final Process process = builder.redirectErrorStream(true).start();
        final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(said).isTrue();
        return Files.readAllLines(asked);
    }

    @Test
    void buildsOnceAndRunsFromTheCache() throws IOException, InterruptedException {
        assertThat(start()).containsExactly("build", "train", "run dump", SERIAL, "cached");
        assertThat(start()).containsExactly("run dump", SERIAL, "cached");
    }

    @Test
    void makesTheCacheAnewForAnotherJdk() throws IOException, InterruptedException {
        start();
        release("25.0.2");
        assertThat(start()).containsExactly("train", "run dump", SERIAL, "cached");
        assertThat(start()).containsExactly("run dump", SERIAL, "cached");
    }

    @Test
    void triesTheTrainingAgainThatFailed() throws IOException, InterruptedException {
        assertThat(start("FAIL_TRAINING=1")).containsExactly("build", "train", "run dump", SERIAL);
        assertThat(start("FAIL_TRAINING=1", "XDP4J_NO_BUILD=1")).containsExactly("run dump", SERIAL);
        assertThat(start()).containsExactly("train", "run dump", SERIAL, "cached");
        assertThat(start()).containsExactly("run dump", SERIAL, "cached");
    }

    @Test
    void leavesTheCollectorToAUserWhoChoosesOne() throws IOException, InterruptedException {
        start();
        assertThat(start("XDP4J_JAVA_OPTS=-Xmx1g -XX:+UseZGC")).containsExactly("run dump", "-XX:+UseZGC");
        assertThat(start("XDP4J_JAVA_OPTS=-XX:+UseStringDeduplication -Xmx1g"))
                .containsExactly("run dump", SERIAL, "cached");
        assertThat(start("JDK_JAVA_OPTIONS=-XX:+UseParallelGC")).containsExactly("run dump");
    }

    @Test
    void seesAnEditThatWasMadeDuringTheBuild() throws IOException, InterruptedException {
        maven("""
            sleep 0.05
            echo 'class Main { int a; }' >dataplane/src/main/Main.java
            echo jar >dataplane/target/xdp4j.jar
            """);
        start();
        maven("");
        assertThat(start()).containsExactly("build", "train", "run dump", SERIAL, "cached");
        assertThat(start()).containsExactly("run dump", SERIAL, "cached");
    }

    @Test
    void leavesWhatWasBuiltBeforeWhereABuildFails() throws IOException, InterruptedException {
        start();
        maven("echo '[ERROR] broken'\nexit 1");
        Files.writeString(project.resolve("dataplane/src/main/Main.java"), "clas Main {}");
        assertThat(start()).containsExactly("build");
        assertThat(project.resolve("dataplane/target/run/xdp4j.jar")).isRegularFile();
        assertThat(project.resolve("dataplane/target/run.new")).doesNotExist();
    }
}
