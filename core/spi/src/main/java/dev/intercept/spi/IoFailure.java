package dev.intercept.spi;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** What an {@link IOException} says to a user: the system's words, not the name of a class. */
public final class IoFailure {

    private IoFailure() {}

    /** The reason alone, as strerror(3) has it, where the exception carries the name of the file or nothing. */
    public static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        if (e instanceof AccessDeniedException) {
            return "Permission denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "File exists";
        }
        if (e instanceof NotDirectoryException) {
            return "Not a directory";
        }
        String text = e instanceof FileSystemException named && named.getReason() != null
                ? named.getReason()
                : e.getMessage();
        if (text == null) {
            return "the system gives no reason";
        }
        // FileOutputStream and its kin say "NAME (REASON)".
        return e instanceof FileNotFoundException && text.endsWith(")")
                ? text.substring(text.lastIndexOf(" (") + 2, text.length() - 1)
                : text;
    }
}
