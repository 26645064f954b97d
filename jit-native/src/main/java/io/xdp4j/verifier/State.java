package io.xdp4j.verifier;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What is known at one instruction of one path. Mutable while the path is followed; kept ones are left alone. */
final class State {

    private static final int[] NO_REFERENCES = {};

    private Frame[] frames;

    /** The instruction that comes next. */
    int pc;

    /** References that have to be released: ids, in the order in which they were taken. */
    private int[] references = NO_REFERENCES;
    /** For each, the instruction that took it. */
    private int[] takenAt = NO_REFERENCES;

    /** The value whose spin lock is held: its register's id and map; 0 and empty for none. */
    int lockId;

    String lockMap = "";
    int rcuDepth;
    int preemptDepth;
    int mayGotoDepth;
    /** Whether there may be slices that lie in buffers on the stack. */
    boolean buffers;

    /** The state before this one that was kept. */
    @Nullable
    State parent;
    /** Paths that start here and have not been followed to their ends. */
    int branches = 1;

    @Nullable
    State loopEntry;

    int depth;

    /** The instructions since {@link #parent}. */
    @Nullable
    History history;
    /** The instruction at hand. */
    History current = new History(null, -1);

    State(final Frame first) {
        frames = new Frame[] {first};
    }

    private State(final State from) {
        frames = new Frame[from.frames.length];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = from.frames[i].copy();
        }
        pc = from.pc;
        references = from.references;
        takenAt = from.takenAt;
        lockId = from.lockId;
        lockMap = from.lockMap;
        rcuDepth = from.rcuDepth;
        preemptDepth = from.preemptDepth;
        mayGotoDepth = from.mayGotoDepth;
        buffers = from.buffers;
        parent = from.parent;
        depth = from.depth;
        history = from.history;
        current = from.current;
        loopEntry = from.loopEntry;
    }

    State copy() {
        return new State(this);
    }

    int frameCount() {
        return frames.length;
    }

    Frame frame(final int index) {
        return frames[index];
    }

    /** The frame of the function that runs. */
    Frame top() {
        return frames[frames.length - 1];
    }

    void push(final Frame frame) {
        frames = Arrays.copyOf(frames, frames.length + 1);
        frames[frames.length - 1] = frame;
    }

    Frame pop() {
        final Frame left = top();
        frames = Arrays.copyOf(frames, frames.length - 1);
        return left;
    }

    Reg reg(final int number) {
        return top().regs[number];
    }

    /** Puts a value into a register of the running function. */
    void reg(final int number, final Reg reg) {
        top().regs[number] = reg;
        top().preciseRegs &= ~(1 << number);
    }

    // ---- references ----

    int referenceCount() {
        return references.length;
    }

    int reference(final int index) {
        return references[index];
    }

    int takenAt(final int index) {
        return takenAt[index];
    }

    void acquire(final int id) {
        references = Arrays.copyOf(references, references.length + 1);
        takenAt = Arrays.copyOf(takenAt, references.length);
        references[references.length - 1] = id;
        takenAt[references.length - 1] = pc;
    }

    /** False if there is no such reference. */
    boolean release(final int id) {
        for (int i = 0; i < references.length; i++) {
            if (references[i] == id) {
                references = without(references, i);
                takenAt = without(takenAt, i);
                return true;
            }
        }
        return false;
    }

    private static int[] without(final int[] list, final int index) {
        final int[] made = new int[list.length - 1];
        System.arraycopy(list, 0, made, 0, index);
        System.arraycopy(list, index + 1, made, index, made.length - index);
        return made;
    }

    // ---- changes of all registers ----

    /** Changes one register or spilled register into another. */
    interface Change {
        Reg apply(Reg reg);
    }

    /** Changes every register and every spilled register of every frame. */
    void changeAll(final Change change) {
        for (final Frame frame : frames) {
            for (int i = 0; i < Frame.REGISTERS; i++) {
                frame.regs[i] = change.apply(frame.regs[i]);
            }
            for (int i = 0; i < frame.depth(); i++) {
                final Slot slot = frame.slot(i);
                final Reg reg = slot.reg();
                if (reg != null && slot.isSpill()) {
                    final Reg changed = change.apply(reg);
                    if (changed != reg) {
                        frame.slot(
                                i,
                                changed.type == RegType.NOT_INIT
                                        ? slot.withoutSpill()
                                        : new Slot(slot.kinds(), changed));
                    }
                }
            }
        }
    }
}
