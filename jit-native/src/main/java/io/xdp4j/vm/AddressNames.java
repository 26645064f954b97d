package io.xdp4j.vm;

import io.xdp4j.map.UserspaceMap;

/** Says in a program's terms where an address lies: {@code data+54 (packet of 54 bytes)}. */
final class AddressNames {

    /** How far outside a region an address may lie and still be told relative to it. */
    private static final long NEAR = 4096;

    private AddressNames() {}

    static String name(final Execution execution, final long address) {
        if (Long.compareUnsigned(address, NEAR) < 0) {
            return address == 0 ? "null" : "null+" + address;
        }
        final UserspaceMap map = execution.map(address);
        if (map != null) {
            return "map " + map.spec().name() + " itself";
        }
        if (execution.inContext(address)) {
            return "ctx" + signed(address - execution.context());
        }
        final long stackOffset = address - execution.stackTop();
        if (stackOffset >= -(long) Execution.FRAMES * Execution.FRAME - NEAR && stackOffset < Execution.FRAME) {
            return "stack top" + signed(stackOffset);
        }
        if (execution.slot() < execution.burst().count) {
            final long offset = address - execution.data();
            final long length = execution.dataEnd() - execution.data();
            if (offset >= -NEAR && offset < length + NEAR) {
                return "data" + signed(offset) + " (packet of " + length + " bytes)";
            }
        }
        return "0x" + Long.toHexString(address);
    }

    private static String signed(final long offset) {
        return offset < 0 ? Long.toString(offset) : "+" + offset;
    }
}
