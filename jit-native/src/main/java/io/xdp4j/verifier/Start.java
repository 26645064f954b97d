package io.xdp4j.verifier;

import io.xdp4j.bpf.ProgramType;

/** What is known where a program, or a global function, begins. */
final class Start {

    private Start() {}

    static State state(final Code code, final Code.Function function) {
        final Frame frame = new Frame(function.start(), -1, null);
        frame.regs[10] = Reg.stack(0);
        final State state = new State(frame);
        state.pc = function.start();
        if (function.index() == 0) {
            if (code.spec.type() == ProgramType.XDP || code.spec.type() == ProgramType.UNSPEC) {
                frame.regs[1] = Reg.pointer(RegType.CTX);
            } else {
                throw new Refusal(
                        Rule.UNSUPPORTED,
                        0,
                        "only XDP programs run in the JVM: type="
                                + code.spec.type().label());
            }
            return state;
        }
        int register = 1;
        int id = 0;
        for (final Signature.Parameter parameter : Signature.of(code, function).parameters()) {
            frame.regs[register++] = switch (parameter.kind()) {
                case NUMBER -> Reg.UNKNOWN;
                case CONTEXT -> Reg.pointer(RegType.CTX);
                case MEMORY -> {
                    final Reg memory = Reg.memory(parameter.size());
                    yield parameter.nullable() ? memory.withId(--id).with(Reg.NULLABLE) : memory;
                }
            };
        }
        return state;
    }
}
