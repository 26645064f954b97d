package io.xdp4j.vm;

import io.xdp4j.map.UserspaceMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Proves a call's arguments against the callee's prototype before the call. */
final class ArgumentCheck {

    private ArgumentCheck() {}

    /** Whether the call may go ahead; if not, the fault is set. {@code r} holds the arguments in 1 to 5. */
    static boolean check(final Execution execution, final HelperSpec callee, final long[] r) {
        final List<Argument> arguments = callee.arguments();
        UserspaceMap map = null;
        for (int i = 0; i < arguments.size(); i++) {
            final Argument argument = arguments.get(i);
            final long value = r[i + 1];
            if (argument.type() == ArgumentType.CONST_MAP_PTR) {
                map = execution.map(value);
                if (map == null) {
                    execution.fault().setArgument(callee, i + 1, value);
                    return false;
                }
            } else if (!valid(execution, argument, value, sizeOf(argument, map, i < 4 ? r[i + 2] : 0))) {
                execution.fault().setArgument(callee, i + 1, value);
                return false;
            }
        }
        return true;
    }

    /** Bytes of memory that the argument has to have; the register after it says it where nothing else does. */
    private static long sizeOf(final Argument argument, final @Nullable UserspaceMap map, final long following) {
        return switch (argument.type()) {
            case PTR_TO_MAP_KEY -> map == null ? 0 : map.spec().keySize();
            case PTR_TO_MAP_VALUE, PTR_TO_UNINIT_MAP_VALUE ->
                map == null ? 0 : map.spec().valueSize();
            case PTR_TO_MEM, PTR_TO_MEM_OR_NULL, PTR_TO_WRITABLE_MEM, PTR_TO_UNINIT_MEM ->
                argument.size() != 0 ? argument.size() : (int) following;
            case PTR_TO_SPIN_LOCK -> 4;
            case PTR_TO_TIMER, PTR_TO_DYNPTR, PTR_TO_UNINIT_DYNPTR -> 16;
            case PTR_TO_ITERATOR -> argument.size();
            default -> 0;
        };
    }

    private static boolean valid(
            final Execution execution, final Argument argument, final long value, final long size) {
        return switch (argument.type()) {
            case ANYTHING,
                    DONTCARE,
                    CONST_MAP_PTR,
                    CONST_ALLOC_SIZE_OR_ZERO,
                    PTR_TO_RINGBUF_MEM,
                    PTR_TO_CONST_STR,
                    PTR_TO_SOCK_COMMON -> true;
            case PTR_TO_STACK_OR_NULL -> value == 0 || execution.readable(value, 1) || value == execution.stackTop();
            case PTR_TO_MAP_KEY, PTR_TO_MAP_VALUE, PTR_TO_MEM -> size == 0 || execution.readable(value, size);
            case PTR_TO_MEM_OR_NULL -> value == 0 || size == 0 || execution.readable(value, size);
            case PTR_TO_UNINIT_MAP_VALUE,
                    PTR_TO_WRITABLE_MEM,
                    PTR_TO_UNINIT_MEM,
                    PTR_TO_SPIN_LOCK,
                    PTR_TO_TIMER,
                    PTR_TO_DYNPTR,
                    PTR_TO_UNINIT_DYNPTR,
                    PTR_TO_ITERATOR -> size == 0 || execution.writable(value, size);
            case CONST_SIZE -> (int) value > 0;
            case CONST_SIZE_OR_ZERO -> (int) value >= 0;
            case PTR_TO_CTX -> value == execution.context();
            case PTR_TO_FUNC -> Execution.functionPc(value) >= 0;
        };
    }
}
