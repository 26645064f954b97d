package io.xdp4j.verifier;

import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.BtfKind;
import io.xdp4j.bpf.btf.BtfType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a global function takes and returns, from its type: {@code btf_prepare_func_args()} in {@code kernel/bpf/btf.c},
 * Linux 6.18.
 *
 * @param returns whether it returns a number
 */
record Signature(List<Parameter> parameters, boolean returns) {

    /** What a parameter has to be. */
    enum Kind {
        NUMBER,
        CONTEXT,
        MEMORY
    }

    /**
     * One parameter.
     *
     * @param size bytes, for memory
     * @param nullable whether null may be given
     */
    record Parameter(Kind kind, int size, boolean nullable) {}

    static Signature of(final Code code, final Code.Function function) {
        final Btf btf = Objects.requireNonNull(code.spec.btf());
        final int id = btf.findByName(function.name(), BtfKind.FUNC);
        if (id == 0
                || !(btf.type(id) instanceof final BtfType.Func type)
                || !(btf.type(type.typeId()) instanceof final BtfType.FuncProto proto)) {
            throw new Refusal(
                    Rule.ARGUMENT,
                    function.start(),
                    "global function has no type: function=" + function.name() + " (compile with -g)");
        }
        final List<Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < proto.params().size(); i++) {
            parameters.add(parameter(function, btf, id, i, proto.params().get(i)));
        }
        if (parameters.size() > 5) {
            throw new Refusal(
                    Rule.ARGUMENT,
                    function.start(),
                    "global function takes too many arguments: function=" + function.name() + ", arguments="
                            + parameters.size() + " (limit 5)");
        }
        return new Signature(parameters, btf.kind(btf.skipModifiers(proto.returnTypeId())) != BtfKind.VOID);
    }

    private static Parameter parameter(
            final Code.Function function,
            final Btf btf,
            final int functionId,
            final int index,
            final BtfType.Param param) {
        final BtfType type = btf.type(btf.skipModifiers(param.typeId()));
        return switch (type) {
            case BtfType.Int _, BtfType.Enumeration _ -> new Parameter(Kind.NUMBER, 0, false);
            case BtfType.Ptr pointer -> {
                final int target = btf.skipModifiers(pointer.typeId());
                if ((btf.type(target) instanceof final BtfType.Struct struct
                                && struct.name().equals("xdp_md"))
                        || tagged(btf, functionId, index, "arg:ctx")) {
                    yield new Parameter(Kind.CONTEXT, 0, false);
                }
                final long size = btf.sizeOrMinusOne(target);
                if (size < 0 || size > Integer.MAX_VALUE) {
                    throw unsized(function, param);
                }
                yield new Parameter(Kind.MEMORY, (int) size, !tagged(btf, functionId, index, "arg:nonnull"));
            }
            default -> throw unsized(function, param);
        };
    }

    private static boolean tagged(final Btf btf, final int functionId, final int index, final String tag) {
        for (int id = btf.firstId(); id < btf.size(); id++) {
            if (btf.kind(id) == BtfKind.DECL_TAG
                    && btf.type(id) instanceof final BtfType.DeclTag found
                    && found.typeId() == functionId
                    && found.component() == index
                    && found.name().equals(tag)) {
                return true;
            }
        }
        return false;
    }

    private static Refusal unsized(final Code.Function function, final BtfType.Param param) {
        return new Refusal(
                Rule.ARGUMENT,
                function.start(),
                "parameter of a global function has to be a number, the context, or a pointer to something of known"
                        + " size: function="
                        + function.name() + ", parameter=" + param.name());
    }
}
