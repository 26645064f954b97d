package io.xdp4j.vm;

/** What a helper or kfunc does. */
@FunctionalInterface
public interface HelperFunction {

    /**
     * Runs on a worker's thread. Its arguments satisfy the prototype; whatever else it has to check it answers with a
     * negative error number, as the kernel's would, or with {@link Execution#fault}, which ends the program. Allocates
     * nothing and never throws.
     *
     * @return what the program finds in r0
     */
    long call(Execution execution, long r1, long r2, long r3, long r4, long r5);
}
