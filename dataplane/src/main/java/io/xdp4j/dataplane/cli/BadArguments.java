package io.xdp4j.dataplane.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in the project's words what is wrong with a command line, and what would be right. */
final class BadArguments {

    private BadArguments() {}

    /** A file's name; an empty one would name the working directory. */
    static Path file(final String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("the name is empty");
        }
        return Path.of(text);
    }

    /** One line, with where to read on. */
    static String message(final ParameterException bad) {
        final CommandLine command = bad.getCommandLine();
        return what(bad, command) + " (" + (command.getSubcommands().isEmpty() ? "" : commands(command)) + "see "
                + command.getCommandSpec().qualifiedName() + " --help)";
    }

    private static String commands(final CommandLine root) {
        return "commands: " + String.join(", ", root.getSubcommands().keySet()) + "; ";
    }

    private static String what(final ParameterException bad, final CommandLine command) {
        return switch (bad) {
            case UnmatchedArgumentException unmatched -> unmatched(unmatched, command);
            case MissingParameterException missing
            when !missing.getMissing().isEmpty() ->
                "missing: "
                        + missing.getMissing().stream().map(BadArguments::usage).collect(Collectors.joining(", "));
            case OverwrittenOptionException twice -> "given twice: " + name(twice.getOverwritten());
            default -> {
                final ArgSpec argument = bad.getArgSpec();
                yield argument != null && bad.getValue() != null
                        ? value(argument, bad.getValue(), bad.getMessage())
                        : command.getSubcommands().isEmpty()
                                ? String.valueOf(bad.getMessage())
                                        .lines()
                                        .findFirst()
                                        .orElse("")
                                : "command wanted";
            }
        };
    }

    private static String unmatched(final UnmatchedArgumentException bad, final CommandLine command) {
        final String first = Tokens.shorten(bad.getUnmatched().getFirst());
        if (bad.isUnknownOption()) {
            return "no such option: " + first;
        }
        return (command.getSubcommands().isEmpty() ? "one argument too many: " : "no such command: ")
                + (first.isEmpty() ? "''" : first);
    }

    private static String value(final ArgSpec argument, final String value, final @Nullable String otherwise) {
        final String given = ": " + name(argument) + " " + Tokens.shorten(value);
        final Class<?> type = argument.type();
        if (type == int.class) {
            return name(argument) + " must be a whole number up to " + Integer.MAX_VALUE + given;
        }
        if (type == long.class) {
            return name(argument) + " must be a whole number up to " + Long.MAX_VALUE + given;
        }
        if (type == Path.class) {
            return name(argument) + " must name a file: " + whyNoFile(value);
        }
        return String.valueOf(otherwise).lines().findFirst().orElse("");
    }

    private static String whyNoFile(final String value) {
        try {
            file(value);
            return Tokens.shorten(value);
        } catch (final TypeConversionException empty) {
            return String.valueOf(empty.getMessage());
        } catch (final InvalidPathException bad) {
            return bad.getReason() + ": " + Tokens.shorten(value);
        }
    }

    private static String name(final ArgSpec argument) {
        return argument instanceof final OptionSpec option ? option.longestName() : argument.paramLabel();
    }

    private static String usage(final ArgSpec argument) {
        return argument instanceof OptionSpec ? name(argument) + " " + argument.paramLabel() : name(argument);
    }
}
