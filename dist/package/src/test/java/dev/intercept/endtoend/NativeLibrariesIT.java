package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Which C library the packaged native libraries ask for: RHEL 5 has glibc 2.5, RHEL 6 2.12, Debian 7 2.13, and these have the
 * kernels with ip_queue. For aarch64 the first was 2.17.
 */
class NativeLibrariesIT {

    private static final Path NATIVE = Path.of("../target/intercept/lib/native");
    private static final String VERSION_PREFIX = "GLIBC_";

    /** elf(5), in files of 64 bits: section headers and the .gnu.version_r section. */
    private static final int SHT_GNU_VERNEED = 0x6ffffffe;

    @Test
    void shouldLoadWithTheOldestLibraryThatItsKernelsComeWith() throws IOException {
        assertNeedsNoMoreThan("2.5", "jni/x86_64-Linux");
        assertNeedsNoMoreThan("2.7", "com/sun/jna/linux-x86-64");
        assertNeedsNoMoreThan("2.17", "jni/aarch64-Linux");
        assertNeedsNoMoreThan("2.17", "com/sun/jna/linux-aarch64");
    }

    @Test
    void shouldKnowEveryNativeLibraryOfThePackage() throws IOException {
        assertEquals(4, libraries(NATIVE).size());
    }

    private static void assertNeedsNoMoreThan(String most, String directory) throws IOException {
        for (Path library : libraries(NATIVE.resolve(directory))) {
            List<String> versions = neededVersions(library);
            assertTrue(versions.size() > 0, library + " names no version");
            for (String version : versions) {
                assertTrue(number(version) <= number(most), library + " needs glibc " + version);
            }
        }
    }

    private static List<Path> libraries(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".so")).toList();
        }
    }

    /** 2.2.5 as 20205. */
    private static int number(String version) {
        int number = 0;
        String[] parts = version.split("\\.");
        for (int i = 0; i < 3; i++) {
            number = number * 100 + (i < parts.length ? Integer.parseInt(parts[i]) : 0);
        }
        return number;
    }

    private static List<String> neededVersions(Path library) throws IOException {
        ByteBuffer elf = ByteBuffer.wrap(Files.readAllBytes(library)).order(ByteOrder.LITTLE_ENDIAN);
        int sections = (int) elf.getLong(0x28);
        int sectionBytes = elf.getShort(0x3a);
        List<String> versions = new ArrayList<>();
        for (int n = 0; n < elf.getShort(0x3c); n++) {
            int header = sections + n * sectionBytes;
            if (elf.getInt(header + 4) == SHT_GNU_VERNEED) {
                int names = (int) elf.getLong(sections + elf.getInt(header + 40) * sectionBytes + 24);
                addVersions(elf, (int) elf.getLong(header + 24), elf.getInt(header + 44), names, versions);
            }
        }
        return versions;
    }

    private static void addVersions(ByteBuffer elf, int first, int files, int names, List<String> versions) {
        int need = first;
        for (int file = 0; file < files; file++) {
            int version = need + elf.getInt(need + 8);
            for (int n = 0; n < elf.getShort(need + 2); n++) {
                String name = string(elf, names + elf.getInt(version + 8));
                if (name.startsWith(VERSION_PREFIX)) {
                    versions.add(name.substring(VERSION_PREFIX.length()));
                }
                version += elf.getInt(version + 12);
            }
            need += elf.getInt(need + 12);
        }
    }

    private static String string(ByteBuffer elf, int at) {
        int end = at;
        while (elf.get(end) != 0) {
            end++;
        }
        return new String(elf.array(), at, end - at, StandardCharsets.US_ASCII);
    }
}
