package io.xdp4j.dataplane.cli;

import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the jar. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        final String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {"xdp4j " + (version == null ? "(not built as a jar)" : version)};
    }
}
