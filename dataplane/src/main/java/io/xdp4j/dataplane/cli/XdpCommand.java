package io.xdp4j.dataplane.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code xdp4j}: the command that the others hang from. */
@Command(
        name = "xdp4j",
        description = "XDP and eBPF for Java: one object file, in the kernel or in the JVM.",
        versionProvider = Version.class)
final class XdpCommand {

    private static final Map<String, Supplier<Callable<Integer>>> COMMANDS = commands();

    private final Terminal terminal;

    @Mixin
    private Common common = new Common();

    @picocli.CommandLine.Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    private boolean version;

    XdpCommand(final Terminal terminal) {
        this.terminal = terminal;
    }

    private static Map<String, Supplier<Callable<Integer>>> commands() {
        final Map<String, Supplier<Callable<Integer>>> commands = new LinkedHashMap<>();
        commands.put("run", RunCommand::new);
        commands.put("verify", VerifyCommand::new);
        commands.put("dump", DumpCommand::new);
        commands.put("asm", AsmCommand::new);
        commands.put("exec", ExecCommand::new);
        return commands;
    }

    /** The command line for these arguments: only the command that they name is put together, since that takes time. */
    static CommandLine commandLine(final Terminal terminal, final String... args) {
        final CommandLine root = new CommandLine(new XdpCommand(terminal));
        final Supplier<Callable<Integer>> named = args.length == 0 ? null : COMMANDS.get(args[0]);
        if (named != null) {
            return root.addSubcommand(args[0], named.get());
        }
        COMMANDS.forEach((name, command) -> root.addSubcommand(name, command.get()));
        return root;
    }

    /** The arguments with {@code help} and {@code help run} as {@code --help} and {@code run --help}. */
    static String[] withoutHelpWord(final String... args) {
        if (args.length == 0 || !args[0].equals("help")) {
            return args;
        }
        if (args.length == 1) {
            return new String[] {"--help"};
        }
        return COMMANDS.containsKey(args[1]) ? new String[] {args[1], "--help"} : new String[] {args[1]};
    }

    Terminal terminal() {
        return terminal;
    }

    /** Whether nothing was asked for but information. */
    boolean informed() {
        return common.help() || version;
    }
}
