package io.xdp4j.dataplane.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every command has. */
final class Common {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    /** Whether help was asked for. */
    boolean help() {
        return help;
    }

    /** The streams that the command was started with. */
    Terminal terminal() {
        return ((XdpCommand) spec.root().userObject()).terminal();
    }
}
