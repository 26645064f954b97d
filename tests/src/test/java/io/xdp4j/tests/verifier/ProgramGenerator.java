package io.xdp4j.tests.verifier;

import io.xdp4j.bpf.Reference;
import io.xdp4j.bpf.insn.InsnSlot;
import io.xdp4j.bpf.insn.Opcode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Makes programs out of random choices: arithmetic of every kind, comparisons, packet and stack accesses, map look-ups,
 * loops and calls, so arranged that a good part of them is accepted, and that what is accepted rests on ranges.
 *
 * <p>The source of choices gives a number below the bound that it is asked for: a random generator, or a fuzzer's bytes.
 */
final class ProgramGenerator extends InsnGenerator {

    private static final int LOOKUP = 1;
    private static final int PRANDOM = 7;
    /** Stack of an iterator, and of the index that its loop uses. */
    private static final int ITERATOR = -56;

    private static final int INDEX = -64;
    private static final int ADJUST_HEAD = 44;
    private static final int ADJUST_TAIL = 65;
    private static final int LOOP = 181;

    /** Functions behind the program: one that is called, one that {@code bpf_loop} calls. */
    private static final int FUNCTIONS = 2;

    private final List<Reference> references = new ArrayList<>();
    private final List<List<Integer>> callers = List.of(new ArrayList<>(), new ArrayList<>());
    private boolean inFunction;
    private boolean iterating;

    /** A program: its code, and what it refers to. */
    record Generated(long[] code, List<Reference> references) {}

    private ProgramGenerator(final IntUnaryOperator choices) {
        super(choices);
    }

    /** Makes a program of about {@code length} blocks. */
    static Generated generate(final IntUnaryOperator choices, final int length) {
        final ProgramGenerator generator = new ProgramGenerator(choices);
        generator.begin();
        generator.blocks(length, 0);
        generator.end();
        generator.functions();
        return new Generated(generator.code.stream().mapToLong(Long::longValue).toArray(), generator.references);
    }

    private void begin() {
        move(6, 1);
        emit(Opcode.CLASS_LDX | Opcode.MODE_MEM | Opcode.SIZE_W, 7, 6, 0, 0);
        emit(Opcode.CLASS_LDX | Opcode.MODE_MEM | Opcode.SIZE_W, 8, 6, 4, 0);
        for (final int register : SCALARS) {
            set(register, number());
        }
        for (int slot = 1; slot <= 4; slot++) {
            emit(Opcode.CLASS_ST | Opcode.MODE_MEM | Opcode.SIZE_DW, 10, 0, -8 * slot, number());
        }
        unknown(scalar());
        unknown(scalar());
    }

    private void end() {
        emit(Opcode.CLASS_ALU64 | Opcode.MOV, 0, 0, 0, 2);
        emit(Opcode.CLASS_JMP | Opcode.EXIT, 0, 0, 0, 0);
    }

    /** The functions that are called. Each has numbers in its registers, and nothing of the packet. */
    private void functions() {
        inFunction = true;
        for (int i = 0; i < FUNCTIONS; i++) {
            final int start = code.size();
            if (callers.get(i).isEmpty()) {
                continue;
            }
            for (final int caller : callers.get(i)) {
                code.set(caller, InsnSlot.withImm(code.get(caller), start - caller - 1));
            }
            function(i);
        }
    }

    private void function(final int index) {
        if (index == 1) {
            move(8, 2);
        }
        move(9, 1);
        for (final int register : new int[] {0, 2, 3, 4, 5}) {
            set(register, number());
        }
        for (int slot = 1; slot <= 4; slot++) {
            emit(Opcode.CLASS_STX | Opcode.MODE_MEM | Opcode.SIZE_DW, 10, pick(new int[] {0, 1, 9}), -8 * slot, 0);
        }
        blocks(1 + below(4), 2);
        if (index == 1) {
            throughContext();
            emit(Opcode.CLASS_ALU64 | Opcode.AND, 0, 0, 0, 1);
        }
        emit(Opcode.CLASS_JMP | Opcode.EXIT, 0, 0, 0, 0);
    }

    /** What the loop's caller has on its stack is read, changed, written back. */
    private void throughContext() {
        emit(Opcode.CLASS_LDX | Opcode.MODE_MEM | Opcode.SIZE_DW, 1, 8, 0, 0);
        alu();
        emit(Opcode.CLASS_STX | Opcode.MODE_MEM | Opcode.SIZE_DW, 8, scalar(), 0, 0);
    }

    private void call() {
        if (inFunction) {
            alu();
            return;
        }
        if (below(2) == 0) {
            callers.get(0).add(code.size());
            emit(Opcode.CLASS_JMP | Opcode.CALL, 0, Opcode.CALL_SUBPROGRAM, 0, 0);
            afterCall();
            return;
        }
        emit(Opcode.CLASS_STX | Opcode.MODE_MEM | Opcode.SIZE_DW, 10, scalar(), -48, 0);
        if (below(2) == 0) {
            set(1, below(12));
        } else {
            emit(Opcode.CLASS_ALU64 | Opcode.AND, 1, 0, 0, 7);
        }
        callers.get(1).add(code.size());
        emit(Opcode.LD_IMM64, 2, Opcode.PSEUDO_FUNC, 0, 0);
        code.add(0L);
        move(3, 10);
        emit(Opcode.CLASS_ALU64 | Opcode.ADD, 3, 0, 0, -48);
        set(4, 0);
        emit(Opcode.CLASS_JMP | Opcode.CALL, 0, 0, 0, LOOP);
        afterCall();
        emit(Opcode.CLASS_LDX | Opcode.MODE_MEM | Opcode.SIZE_DW, 1, 10, -48, 0);
    }

    /** A pointer goes over the stack. */
    private void spillPointer() {
        if (inFunction) {
            alu();
            return;
        }
        final int pointer = 6 + below(3);
        final int offset = -8 * (1 + below(4));
        emit(Opcode.CLASS_STX | Opcode.MODE_MEM | Opcode.SIZE_DW, 10, pointer, offset, 0);
        if (below(2) == 0) {
            blocks(1, 3);
        }
        emit(Opcode.CLASS_LDX | Opcode.MODE_MEM | Opcode.SIZE_DW, pointer, 10, offset, 0);
        emit(Opcode.CLASS_ST | Opcode.MODE_MEM | Opcode.SIZE_DW, 10, 0, offset, number());
    }

    /** A number that is only known when the program runs. */
    private void unknown(final int dst) {
        switch (inFunction ? 2 : below(3)) {
            case 0 -> emit(Opcode.CLASS_LDX | Opcode.MODE_MEM | Opcode.SIZE_W, dst, 6, 12 + 4 * below(2), 0);
            case 1 -> packetRead(dst);
            default -> {
                emit(Opcode.CLASS_JMP | Opcode.CALL, 0, 0, 0, PRANDOM);
                afterCall();
                move(dst, 9);
            }
        }
    }

    /** A call leaves nothing in r1 to r5; its result is kept in r9. */
    private void afterCall() {
        move(9, 0);
        for (int r = 1; r <= 5; r++) {
            if (below(3) == 0) {
                move(r, 9);
            } else {
                set(r, number());
            }
        }
    }

    private void blocks(final int count, final int depth) {
        for (int i = 0; i < count; i++) {
            block(depth);
        }
    }

    private void block(final int depth) {
        switch (below(depth < 3 ? 20 : 14)) {
            case 0 -> movePacket();
            case 1, 2 -> alu();
            case 3 -> special();
            case 4 -> spill();
            case 5 -> fill();
            case 6 -> packet();
            case 7 -> spillPointer();
            case 8 -> mapAccess();
            case 9 -> stackVariable();
            case 10 -> unknown(scalar());
            case 11 -> call();
            case 12 -> alu();
            case 13 -> special();
            case 14, 15, 16 -> branch(depth);
            case 17 -> clamp(depth);
            case 18 -> iterate(depth);
            default -> loop(depth);
        }
    }

    private void packet() {
        if (inFunction) {
            alu();
            return;
        }
        switch (below(4)) {
            case 0 -> packetRead(scalar());
            case 1 -> packetVariable();
            case 2 -> packetAgain();
            default -> packetWrite();
        }
    }

    /** The packet's start or end moves: its pointers are read again, now and then after one was used, which is to be refused. */
    private void movePacket() {
        if (inFunction || below(3) != 0) {
            alu();
            return;
        }
        final boolean head = below(2) == 0;
        move(1, 6);
        set(2, below(2) == 0 ? below(9) - 4 : below(40) - 20);
        emit(Opcode.CLASS_JMP | Opcode.CALL, 0, 0, 0, head ? ADJUST_HEAD : ADJUST_TAIL);
        afterCall();
        final boolean stale = below(8) == 0;
        if (!stale || below(2) == 0) {
            emit(Opcode.CLASS_LDX | Opcode.MODE_MEM | Opcode.SIZE_W, 7, 6, 0, 0);
        }
        if (!stale || below(2) == 0) {
            emit(Opcode.CLASS_LDX | Opcode.MODE_MEM | Opcode.SIZE_W, 8, 6, 4, 0);
        }
        if (stale) {
            packetRead(9);
            emit(Opcode.CLASS_LDX | Opcode.MODE_MEM | Opcode.SIZE_W, 7, 6, 0, 0);
            emit(Opcode.CLASS_LDX | Opcode.MODE_MEM | Opcode.SIZE_W, 8, 6, 4, 0);
        }
    }

    /** A pointer is compared with the end, moved, and compared again. */
    private void packetAgain() {
        move(5, 7);
        emit(Opcode.CLASS_ALU64 | Opcode.ADD, 5, 0, 0, below(160));
        final int jump = pick(new int[] {Opcode.JGT, Opcode.JGE, Opcode.JLT, Opcode.JLE});
        emit(Opcode.CLASS_JMP | jump | Opcode.SOURCE_X, 5, 8, below(3), 0);
        emit(Opcode.CLASS_ALU64 | Opcode.ADD, 5, 0, 0, below(128) - 64);
        set(4, number());
        if (below(3) == 0) {
            final int by = pick(new int[] {0, 1, 2, 3, 9});
            emit(Opcode.CLASS_ALU64 | Opcode.AND, by, 0, 0, 63);
            emit(Opcode.CLASS_ALU64 | (below(2) == 0 ? Opcode.ADD : Opcode.SUB) | Opcode.SOURCE_X, 5, by, 0, 0);
        }
        emit(
                Opcode.CLASS_JMP | pick(new int[] {Opcode.JGT, Opcode.JGE, Opcode.JLT, Opcode.JLE}) | Opcode.SOURCE_X,
                5,
                8,
                1,
                0);
        alu(pick(new int[] {0, 1, 2, 3}));
        set(5, number());
    }

    /** Compares, then reads what was proved; sometimes a little more, which is to be refused. */
    private void packetRead(final int dst) {
        final int length = 1 + below(64);
        move(5, 7);
        emit(Opcode.CLASS_ALU64 | Opcode.ADD, 5, 0, 0, length);
        final int size = pick(SIZES);
        final int bytes = Opcode.sizeInBytes(size);
        final int at = length < bytes ? 0 : below(length - bytes + 1 + (below(20) == 0 ? 2 : 0));
        emit(Opcode.CLASS_JMP | Opcode.JGT | Opcode.SOURCE_X, 5, 8, 1, 0);
        emit(
                Opcode.CLASS_LDX | Opcode.MODE_MEM | (length < bytes ? Opcode.SIZE_B : size),
                dst == 5 ? 4 : dst,
                7,
                at,
                0);
        set(5, number());
    }

    private void packetWrite() {
        move(5, 7);
        emit(Opcode.CLASS_ALU64 | Opcode.ADD, 5, 0, 0, 16);
        emit(Opcode.CLASS_JMP | Opcode.JGT | Opcode.SOURCE_X, 5, 8, 1, 0);
        emit(Opcode.CLASS_STX | Opcode.MODE_MEM | pick(SIZES), 7, pick(new int[] {0, 1, 2, 3, 4, 9}), below(9), 0);
        set(5, number());
    }

    /** A packet pointer moved by a bounded number, compared again. */
    private void packetVariable() {
        final int by = pick(new int[] {0, 1, 2, 3, 9});
        bound(by, 255);
        move(5, 7);
        emit(Opcode.CLASS_ALU64 | Opcode.ADD | Opcode.SOURCE_X, 5, by, 0, 0);
        move(4, 5);
        emit(Opcode.CLASS_ALU64 | Opcode.ADD, 4, 0, 0, 4);
        emit(Opcode.CLASS_JMP | Opcode.JGT | Opcode.SOURCE_X, 4, 8, 1, 0);
        emit(Opcode.CLASS_LDX | Opcode.MODE_MEM | Opcode.SIZE_W, by, 5, 0, 0);
        set(4, number());
        set(5, number());
    }

    /** Brings a number into a range, in one of many ways; sometimes not quite. */
    private void bound(final int register, final int limit) {
        switch (below(6)) {
            case 0, 1 -> emit(Opcode.CLASS_ALU64 | Opcode.AND, register, 0, 0, limit);
            case 2 -> {
                emit(Opcode.CLASS_JMP | Opcode.JLE, register, 0, 1, limit);
                set(register, below(limit));
            }
            case 3 -> {
                emit(Opcode.CLASS_JMP32 | Opcode.JLE, register, 0, 1, limit);
                set(register, below(limit));
                emit(Opcode.CLASS_ALU | Opcode.MOV | Opcode.SOURCE_X, register, register, 0, 0);
            }
            case 4 -> {
                emit(Opcode.CLASS_ALU64 | Opcode.MOD, register, 0, 0, limit);
            }
            default -> {
                emit(Opcode.CLASS_ALU64 | Opcode.RSH, register, 0, 0, 32 + below(32));
                emit(Opcode.CLASS_ALU64 | Opcode.AND, register, 0, 0, limit);
            }
        }
    }

    /** Stack at a bounded offset. */
    private void stackVariable() {
        final int by = pick(new int[] {0, 1, 2, 3, 9});
        bound(by, 31);
        move(5, 10);
        emit(Opcode.CLASS_ALU64 | Opcode.ADD, 5, 0, 0, -32);
        emit(Opcode.CLASS_ALU64 | Opcode.ADD | Opcode.SOURCE_X, 5, by, 0, 0);
        if (below(2) == 0) {
            emit(Opcode.CLASS_LDX | Opcode.MODE_MEM | Opcode.SIZE_B, by, 5, 0, 0);
        } else {
            emit(Opcode.CLASS_STX | Opcode.MODE_MEM | Opcode.SIZE_B, 5, pick(new int[] {0, 1, 2, 3, 9}), 0, 0);
        }
        set(5, number());
    }

    /** Looks a value up, and uses it at a bounded offset. */
    private void mapAccess() {
        emit(Opcode.CLASS_STX | Opcode.MODE_MEM | Opcode.SIZE_W, 10, scalar(), -40, 0);
        move(2, 10);
        emit(Opcode.CLASS_ALU64 | Opcode.ADD, 2, 0, 0, -40);
        references.add(new Reference.ToMap(code.size(), below(2) == 0 ? "array" : "hash"));
        emit(Opcode.LD_IMM64, 1, 0, 0, 0);
        code.add(0L);
        emit(Opcode.CLASS_JMP | Opcode.CALL, 0, 0, 0, LOOKUP);
        bound(9, 63);
        emit(Opcode.CLASS_JMP | Opcode.JEQ, 0, 0, 2, 0);
        emit(Opcode.CLASS_ALU64 | Opcode.ADD | Opcode.SOURCE_X, 0, 9, 0, 0);
        if (below(2) == 0) {
            emit(Opcode.CLASS_LDX | Opcode.MODE_MEM | Opcode.SIZE_B, 9, 0, below(2), 0);
        } else {
            emit(Opcode.CLASS_STX | Opcode.MODE_MEM | Opcode.SIZE_B, 0, 9, below(2), 0);
        }
        set(0, number());
        afterCall();
    }

    private void branch(final int depth) {
        final int width = below(2) == 0 ? Opcode.CLASS_JMP : Opcode.CLASS_JMP32;
        final boolean register = below(3) == 0;
        final int at = code.size();
        emit(
                width | pick(JUMPS) | (register ? Opcode.SOURCE_X : 0),
                scalar(),
                register ? scalar() : 0,
                0,
                register ? 0 : number());
        blocks(1 + below(3), depth + 1);
        if (below(2) == 0) {
            final int skip = code.size();
            emit(Opcode.CLASS_JMP | Opcode.JA, 0, 0, 0, 0);
            jumpTo(at, code.size());
            blocks(1 + below(2), depth + 1);
            jumpTo(skip, code.size());
        } else {
            jumpTo(at, code.size());
        }
    }

    /** A copy is compared, the original used. */
    private void clamp(final int depth) {
        final int of = pick(new int[] {0, 1, 2, 3});
        move(4, of);
        if (below(2) == 0) {
            emit((below(2) == 0 ? Opcode.CLASS_ALU64 : Opcode.CLASS_ALU) | Opcode.ADD, 4, 0, 0, below(64) - 32);
        }
        final int at = code.size();
        emit((below(2) == 0 ? Opcode.CLASS_JMP : Opcode.CLASS_JMP32) | pick(JUMPS), 4, 0, 0, below(256));
        if (below(2) == 0) {
            move(9, of);
        }
        blocks(1, depth + 1);
        jumpTo(at, code.size());
    }

    /**
     * An iterator's loop. Blocks in it change numbers on the stack, of which some are used as indices only on some turns: what
     * matters is known late.
     */
    private void iterate(final int depth) {
        if (inFunction || iterating) {
            alu();
            return;
        }
        iterating = true;
        emit(Opcode.CLASS_ST | Opcode.MODE_MEM | Opcode.SIZE_DW, 10, 0, INDEX, below(25));
        unknown(2);
        emit(Opcode.CLASS_JMP | pick(JUMPS), 2, 0, 1, number());
        emit(Opcode.CLASS_ST | Opcode.MODE_MEM | Opcode.SIZE_DW, 10, 0, INDEX, below(40));
        iterator();
        set(2, 0);
        set(3, 1 + below(6));
        iteratorCall("bpf_iter_num_new");
        afterCall();
        final int top = code.size();
        iterator();
        iteratorCall("bpf_iter_num_next");
        final int end = code.size();
        emit(Opcode.CLASS_JMP | Opcode.JEQ, 0, 0, 0, 0);
        emit(Opcode.CLASS_LDX | Opcode.MODE_MEM | Opcode.SIZE_W, 0, 0, 0, 0);
        afterCall();
        final int uses = 1 + below(2);
        for (int i = 0; i < uses; i++) {
            blocks(below(2), depth + 1);
            final int at = code.size();
            emit(Opcode.CLASS_JMP | pick(JUMPS), scalar(), 0, 0, number());
            if (below(2) == 0) {
                emit(Opcode.CLASS_JMP | Opcode.JA, 0, 0, top - code.size() - 1, 0);
            }
            jumpTo(at, code.size());
            if (below(2) == 0) {
                index();
            }
        }
        emit(Opcode.CLASS_JMP | Opcode.JA, 0, 0, top - code.size() - 1, 0);
        jumpTo(end, code.size());
        iterator();
        iteratorCall("bpf_iter_num_destroy");
        set(0, number());
        afterCall();
        iterating = false;
    }

    /** The number in its slot is where the stack is written, and sometimes changes. */
    private void index() {
        emit(Opcode.CLASS_LDX | Opcode.MODE_MEM | Opcode.SIZE_DW, 1, 10, INDEX, 0);
        move(5, 10);
        emit(Opcode.CLASS_ALU64 | Opcode.ADD, 5, 0, 0, -32);
        emit(Opcode.CLASS_ALU64 | Opcode.ADD | Opcode.SOURCE_X, 5, 1, 0, 0);
        emit(Opcode.CLASS_STX | Opcode.MODE_MEM | Opcode.SIZE_B, 5, pick(new int[] {0, 1, 2, 3, 9}), 0, 0);
        set(5, number());
        if (below(2) == 0) {
            emit(Opcode.CLASS_ST | Opcode.MODE_MEM | Opcode.SIZE_DW, 10, 0, INDEX, below(34));
        }
    }

    private void iterator() {
        move(1, 10);
        emit(Opcode.CLASS_ALU64 | Opcode.ADD, 1, 0, 0, ITERATOR);
    }

    private void iteratorCall(final String name) {
        references.add(new Reference.ToKfunc(code.size(), name, false));
        emit(Opcode.CLASS_JMP | Opcode.CALL, 0, Opcode.CALL_KFUNC, 0, 0);
    }

    /** Counts in r9 to a bound. */
    private void loop(final int depth) {
        set(9, 0);
        final int top = code.size();
        if (below(2) == 0) {
            alu();
        } else {
            blocks(1, 3);
        }
        final int step = 1 + below(3);
        emit(Opcode.CLASS_ALU64 | Opcode.ADD, 9, 0, 0, step);
        final int at = code.size();
        emit(Opcode.CLASS_JMP | Opcode.JLT, 9, 0, 0, 2 + below(depth == 0 ? 10 : 4));
        jumpTo(at, top);
    }
}
