/** What programs in the JVM can call: the kernel's helpers and kfuncs for XDP, and how to add to them. */
@NullMarked
package io.xdp4j.vm.helper;

import org.jspecify.annotations.NullMarked;
