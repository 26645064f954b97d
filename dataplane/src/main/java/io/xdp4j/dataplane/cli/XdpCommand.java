package io.xdp4j.dataplane.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code xdp4j}: the command that the others hang from. */
@Command(
        name = "xdp4j",
        description = "XDP and eBPF for Java: one object file, in the kernel or in the JVM.",
        versionProvider = Version.class,
        subcommands = {RunCommand.class, DumpCommand.class, AsmCommand.class, ExecCommand.class})
final class XdpCommand {

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

    Terminal terminal() {
        return terminal;
    }

    /** Whether nothing was asked for but information. */
    boolean informed() {
        return common.help() || version;
    }
}
