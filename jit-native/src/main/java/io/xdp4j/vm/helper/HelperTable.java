package io.xdp4j.vm.helper;

import io.xdp4j.vm.HelperSpec;
import io.xdp4j.vm.Helpers;
import java.util.HashMap;
import java.util.Map;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What programs of an engine can call. Immutable; safe for use by several threads.
 *
 * <pre>{@code
 * HelperTable table = HelperTable.builder()
 *         .standard()
 *         .add(HelperSpec.of(1000, "my_counter", ReturnType.INTEGER, (execution, r1, r2, r3, r4, r5) -> ..., ANYTHING))
 *         .build();
 * }</pre>
 */
public final class HelperTable implements Helpers {

    private static final HelperTable STANDARD = builder().standard().build();

    private final Int2ObjectHashMap<HelperSpec> byId;
    private final Map<String, HelperSpec> byName;

    private HelperTable(final Builder builder) {
        this.byId = new Int2ObjectHashMap<>(builder.byId);
        this.byName = Map.copyOf(builder.byName);
    }

    /** The kernel's helpers and kfuncs for XDP. */
    public static HelperTable standard() {
        return STANDARD;
    }

    /** Starts an empty table. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public @Nullable HelperSpec helper(final int id) {
        return byId.get(id);
    }

    @Override
    public @Nullable HelperSpec kfunc(final String name) {
        return byName.get(name);
    }

    @Override
    public String refusal(final int id) {
        return Refusals.ofHelper(id);
    }

    @Override
    public String refusal(final String kfunc) {
        return Refusals.ofKfunc(kfunc);
    }

    /** Gathers what a table has. */
    public static final class Builder {

        private final Int2ObjectHashMap<HelperSpec> byId = new Int2ObjectHashMap<>();
        private final Map<String, HelperSpec> byName = new HashMap<>();

        private Builder() {}

        /** Adds all of {@link HelperTable#standard()}. */
        public Builder standard() {
            StandardHelpers.ALL.forEach(this::add);
            StandardKfuncs.ALL.forEach(this::add);
            return this;
        }

        /**
         * Adds a helper, or a kfunc if its id is 0.
         *
         * @throws IllegalArgumentException if there is one of that number or name, or the number is negative
         */
        public Builder add(final HelperSpec spec) {
            final HelperSpec there = spec.id() == 0 ? byName.get(spec.name()) : byId.get(spec.id());
            if (there != null) {
                throw new IllegalArgumentException((spec.id() == 0 ? "kfunc" : "helper") + " is there already: id="
                        + spec.id() + ", name=" + spec.name() + ", there=" + there.name() + " (use replace)");
            }
            return put(spec);
        }

        /**
         * Puts a helper in the place of the one of its number, or a kfunc in the place of the one of its name.
         *
         * @throws IllegalArgumentException if there is none to replace
         */
        public Builder replace(final HelperSpec spec) {
            if (spec.id() == 0 ? !byName.containsKey(spec.name()) : !byId.containsKey(spec.id())) {
                throw new IllegalArgumentException((spec.id() == 0 ? "kfunc" : "helper")
                        + " to replace is not there: id=" + spec.id() + ", name=" + spec.name() + " (use add)");
            }
            return put(spec);
        }

        private Builder put(final HelperSpec spec) {
            if (spec.id() < 0) {
                throw new IllegalArgumentException(
                        "helper number must not be negative: id=" + spec.id() + ", name=" + spec.name());
            }
            if (spec.id() == 0) {
                byName.put(spec.name(), spec);
            } else {
                byId.put(spec.id(), spec);
            }
            return this;
        }

        /** Makes the table. */
        public HelperTable build() {
            return new HelperTable(this);
        }
    }
}
