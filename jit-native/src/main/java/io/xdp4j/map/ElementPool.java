package io.xdp4j.map;

/**
 * Where a {@link HashTable} gets its elements from, and where those go that leave it. Safe for use by several threads.
 *
 * <p>An element given back may be taken again at once, as in the kernel's preallocated hash maps: a program that still holds
 * the address of its value then sees (and writes) another key's value. The memory itself stays mapped while the map lives.
 */
sealed interface ElementPool permits FreePool, LruPool {

    /**
     * Takes an element for a key with that hash.
     *
     * @return its address; or as a negative error number why there is none: -E2BIG if the map is full, -ENOMEM
     * @param cpu CPU of the program that asks
     */
    long take(int hash, int cpu);

    /** Takes an element that is to replace one in the table; of a map that evicts nothing it never fails. */
    long takeSpare(int hash, int cpu);

    /** Takes back an element that has left the table, or never entered it. */
    void give(long element);

    /** Takes back an element that was replaced by one from {@link #takeSpare}. */
    void giveSpare(long element);

    /** Whether the bytes lie inside the value of one element. */
    boolean owns(long address, int size);

    /** Elements that are in the table now; an estimate while others write. */
    long used();
}
