import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Writes the classes of a jar again in today's format where theirs is so old that the JDK's start-up caches leave them out
 * (picocli's are of Java 5: without this, a third of the command's start-up goes into reading and verifying them).
 */
final class Modernise {

    /** Class files before this need no stack maps, and are not archived. */
    private static final int JAVA_8 = 52;

    private static final int JAVA_17 = 61;

    private Modernise() {}

    public static void main(final String[] args) throws IOException {
        final Path path = Path.of(args[0]);
        final Path modern = Path.of(args[0] + ".modern");
        try (JarFile jar = new JarFile(path.toFile());
                JarOutputStream out = new JarOutputStream(Files.newOutputStream(modern))) {
            final ClassFile format = ClassFile.of(
                    ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                    ClassFile.ClassHierarchyResolverOption.of(
                            ClassHierarchyResolver.ofResourceParsing((ClassDesc type) -> open(jar, type))
                                    .orElse(ClassHierarchyResolver.defaultResolver())));
            for (final JarEntry entry : Collections.list(jar.entries())) {
                final byte[] bytes;
                try (InputStream in = jar.getInputStream(entry)) {
                    bytes = in.readAllBytes();
                }
                final JarEntry copy = new JarEntry(entry.getName());
                copy.setTime(entry.getTime());
                out.putNextEntry(copy);
                out.write(entry.getName().endsWith(".class") ? modernise(format, bytes) : bytes);
                out.closeEntry();
            }
        }
        Files.move(modern, path, StandardCopyOption.REPLACE_EXISTING);
    }

    private static byte[] modernise(final ClassFile format, final byte[] bytes) {
        final ClassModel model = format.parse(bytes);
        if (model.majorVersion() >= JAVA_8) {
            return bytes;
        }
        final ClassTransform rebuildCode =
                ClassTransform.transformingMethodBodies((builder, element) -> builder.with(element));
        return format.transformClass(model, rebuildCode.andThen((builder, element) -> {
            if (element instanceof ClassFileVersion) {
                builder.withVersion(JAVA_17, 0);
            } else {
                builder.with(element);
            }
        }));
    }

    private static InputStream open(final JarFile jar, final ClassDesc type) {
        final String descriptor = type.descriptorString();
        final JarEntry entry = jar.getJarEntry(descriptor.substring(1, descriptor.length() - 1) + ".class");
        try {
            return entry == null ? null : jar.getInputStream(entry);
        } catch (final IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }
}
