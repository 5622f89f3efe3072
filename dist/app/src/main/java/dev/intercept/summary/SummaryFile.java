package dev.intercept.summary;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.intercept.ExitCode;
import dev.intercept.StartException;
import dev.intercept.spi.IoFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The file of a summary: there whole or not at all, for it is written beside its place and then moved there. */
public final class SummaryFile {

    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
    private static final int MAX_BYTES = 16 << 20;

    private SummaryFile() {}

    /**
     * Tries whether a summary could be written there, which is found out before the run and not after it.
     *
     * @throws StartException with CANNOT_CREATE
     */
    public static void attempt(Path file) throws StartException {
        try {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("it is there and is no regular file");
            }
            Path beside = beside(file);
            Files.createFile(beside);
            Files.delete(beside);
        } catch (IOException e) {
            throw refused(file, e);
        }
    }

    /**
     * Writes it in place of one that is there.
     *
     * @throws StartException with CANNOT_CREATE
     */
    public static void write(Path file, JsonObject summary) throws StartException {
        try {
            Path beside = beside(file);
            try (FileChannel channel =
                    FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap((GSON.toJson(summary) + "\n").getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
                Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (IOException e) {
            throw refused(file, e);
        }
    }

    /** Hidden, in the same directory, so that it can be moved. */
    private static Path beside(Path file) {
        String name = "." + file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp";
        return file.toAbsolutePath().resolveSibling(name);
    }

    private static StartException refused(Path file, IOException e) {
        return new StartException(
                ExitCode.CANNOT_CREATE,
                "cannot write the summary " + file + ": " + IoFailure.reason(e)
                        + "; name a file in a directory that you may write to with --summary",
                e);
    }

    /** @throws StartException with USAGE when it cannot be read or is no summary */
    public static JsonObject read(Path file) throws StartException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new JsonParseException("too large");
            }
            JsonObject summary = GSON.fromJson(Files.readString(file), JsonObject.class);
            if (summary == null || !RunSummary.FORMAT.equals(format(summary))) {
                throw new JsonParseException("another format");
            }
            return summary;
        } catch (IOException | JsonParseException | UnsupportedOperationException e) {
            String reason = e instanceof IOException io ? ": " + IoFailure.reason(io) : "";
            throw new StartException(
                    ExitCode.USAGE,
                    file + " is no summary of a run" + reason + "; name a file that 'intercept --summary=FILE' wrote",
                    e);
        }
    }

    private static String format(JsonObject summary) {
        return summary.has("format") ? summary.get("format").getAsString() : "";
    }
}
