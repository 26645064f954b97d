package io.xdp4j.bpf.btf;

/** Why one CO-RE relocation cannot be applied; {@link CoreRelocator} adds which. */
final class CoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CoreException(final String reason) {
        super(reason, null, false, false);
    }

    CoreException(final String reason, final Throwable cause) {
        super(reason, cause, false, false);
    }
}
