package io.xdp4j.verifier;

import io.xdp4j.vm.HelperSpec;
import java.util.Objects;

/** Spin locks: at most one is held, little is called meanwhile: {@code process_spin_lock()}, Linux 6.18. */
final class Locks {

    private Locks() {}

    static void checkCall(final Proof proof, final HelperSpec callee) {
        if (proof.state.lockId != 0
                && !callee.name().equals("spin_unlock")
                && !callee.name().equals("spin_lock")) {
            throw proof.refuse(
                    Rule.LOCK,
                    "bpf_" + callee.name().replaceFirst("^bpf_", "")
                            + " is called while a spin lock is held: call bpf_spin_unlock first");
        }
    }

    static void take(final Proof proof, final Reg value) {
        if (proof.state.lockId != 0) {
            throw proof.refuse(Rule.LOCK, "a second spin lock is taken while one is held: release the first");
        }
        proof.state.lockId = identity(value);
        proof.state.lockMap = Objects.requireNonNull(value.map).name();
    }

    static void release(final Proof proof, final Reg value) {
        if (proof.state.lockId == 0) {
            throw proof.refuse(Rule.LOCK, "bpf_spin_unlock without bpf_spin_lock before it");
        }
        if (proof.state.lockId != identity(value)
                || !proof.state.lockMap.equals(Objects.requireNonNull(value.map).name())) {
            throw proof.refuse(Rule.LOCK, "bpf_spin_unlock of another lock than the one that is held");
        }
        proof.state.lockId = 0;
        proof.state.lockMap = "";
    }

    /** Global variables have no id: each map has but one value. */
    private static int identity(final Reg value) {
        return value.id == 0 ? Integer.MAX_VALUE : value.id;
    }
}
