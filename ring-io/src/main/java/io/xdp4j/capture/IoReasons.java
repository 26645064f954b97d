package io.xdp4j.capture;

import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/** The system's reason in words: the JDK's own messages are often no more than the file name. */
final class IoReasons {

    private IoReasons() {}

    static String of(final Exception failure) {
        return switch (failure) {
            case NoSuchFileException _ -> "no such file or directory";
            case AccessDeniedException _ -> "permission denied";
            case ClosedChannelException _ -> "closed, or its thread was interrupted";
            case FileSystemException system when system.getReason() != null -> lower(system.getReason());
            case Exception other when other.getMessage() != null -> lower(other.getMessage());
            case Exception other -> other.getClass().getSimpleName();
        };
    }

    private static String lower(final String reason) {
        final String line = reason.lines().findFirst().orElse("");
        return line.isEmpty() ? line : line.substring(0, 1).toLowerCase(Locale.ROOT) + line.substring(1);
    }
}
