package dev.intercept.reframe;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import picocli.CommandLine;

/**
 * Run by the build: writes picocli's jar again, its class files with stack maps. What they do stays the same. Those of the
 * original are of Java 5, which the runtime verifies the slow way at every start and takes into no archive of classes.
 */
public final class Reframing {

    /** Where a class file has its major version, JVM specification 4.1. */
    private static final int MAJOR_VERSION_OFFSET = 6;

    /** The first version whose classes have to have stack maps, JVM specification 4.10. */
    private static final int FIRST_WITH_STACK_MAPS = Opcodes.V1_7;

    private static final String NOTICE = "META-INF/NOTICE-of-changes.txt";

    private Reframing() {}

    /** @param args the directory to write to; the jar keeps its name */
    public static void main(String[] args) throws IOException, URISyntaxException {
        Path original = Path.of(CommandLine.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path reframed = Files.createDirectories(Path.of(args[0])).resolve(original.getFileName());
        try (JarFile in = new JarFile(original.toFile());
                OutputStream file = Files.newOutputStream(reframed);
                JarOutputStream out = new JarOutputStream(file)) {
            Enumeration<JarEntry> entries = in.entries();
            while (entries.hasMoreElements()) {
                JarEntry entry = entries.nextElement();
                byte[] bytes = in.getInputStream(entry).readAllBytes();
                write(out, entry.getName(), entry, isOldClass(entry, bytes) ? withStackMaps(bytes) : bytes);
            }
            write(out, NOTICE, in.entries().nextElement(), notice(original).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String notice(Path original) {
        return "This is " + original.getFileName()
                + " of picocli (https://picocli.info, Apache-2.0), changed by intercept's build:\n"
                + "all class files were given stack maps and the version number of Java 8. What they do is unchanged.\n";
    }

    private static boolean isOldClass(JarEntry entry, byte[] bytes) {
        return entry.getName().endsWith(".class")
                && new ClassReader(bytes).readShort(MAJOR_VERSION_OFFSET) < FIRST_WITH_STACK_MAPS;
    }

    /** A class of which another is a superclass is looked up in the class path, which has the original. */
    private static byte[] withStackMaps(byte[] bytes) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES);
        ClassVisitor ofJava8 = new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public void visit(
                    int version, int access, String name, String generics, String parent, String[] interfaces) {
                super.visit(Opcodes.V1_8, access, name, generics, parent, interfaces);
            }
        };
        new ClassReader(bytes).accept(ofJava8, ClassReader.SKIP_FRAMES);
        return writer.toByteArray();
    }

    /** With the original's time, so that the same original gives the same jar. */
    private static void write(JarOutputStream out, String name, JarEntry timed, byte[] bytes) throws IOException {
        JarEntry entry = new JarEntry(name);
        entry.setTimeLocal(timed.getTimeLocal());
        out.putNextEntry(entry);
        out.write(bytes);
        out.closeEntry();
    }
}
