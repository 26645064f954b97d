package io.xdp4j.vm;

import org.jspecify.annotations.Nullable;

/** What programs of one engine can call. Immutable. */
public interface Helpers {

    /** The helper of that number, or null if there is none: then {@link #refusal(int)} says why. */
    @Nullable
    HelperSpec helper(int id);

    /** The kernel function of that name, or null if there is none: then {@link #refusal(String)} says why. */
    @Nullable
    HelperSpec kfunc(String name);

    /** Why there is no helper of that number, by name where the kernel has one: {@code helper get_current_task#35 …}. */
    String refusal(int id);

    /** Why there is no kernel function of that name. */
    String refusal(String kfunc);
}
