package io.xdp4j.bpf;

import io.xdp4j.packet.Burst;

/** Runs one program on one worker's behalf; owned and used by one thread. */
public interface Runner extends AutoCloseable {

    /**
     * Runs the program on every packet of the burst, in order. Each packet's verdict, changed bounds and redirect target
     * are left in the burst. Never throws for what a packet or the program does: a fault is the verdict ABORTED, counted
     * in {@link Program#faults()}. Allocates nothing.
     */
    void run(Burst burst);

    @Override
    void close();
}
