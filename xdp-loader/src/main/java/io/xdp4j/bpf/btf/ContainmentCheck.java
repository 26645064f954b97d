package io.xdp4j.bpf.btf;

/**
 * Refuses types that contain themselves through typedefs, qualifiers, variables and arrays, so that every later walk
 * along these ends. (A struct may still name itself as a member; walks through members are bounded by depth.)
 */
final class ContainmentCheck {

    private static final byte ON_PATH = 1;
    private static final byte DONE = 2;

    private final Btf btf;
    private final int firstId;
    private final byte[] states;

    ContainmentCheck(final Btf btf) {
        this.btf = btf;
        this.firstId = btf.firstId();
        this.states = new byte[btf.size() - firstId];
    }

    void check() {
        for (int start = firstId; start < btf.size(); start++) {
            int id = start;
            while (id >= firstId && states[id - firstId] == 0) {
                states[id - firstId] = ON_PATH;
                id = btf.contained(id);
            }
            if (id >= firstId && states[id - firstId] == ON_PATH) {
                throw btf.error("BTF type contains itself: id=" + id + ", kind=" + btf.kind(id), id);
            }
            for (id = start; id >= firstId && states[id - firstId] == ON_PATH; id = btf.contained(id)) {
                states[id - firstId] = DONE;
            }
        }
    }
}
