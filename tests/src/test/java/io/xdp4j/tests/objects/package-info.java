/** Compiled objects on the userspace engine. */
@NullMarked
package io.xdp4j.tests.objects;

import org.jspecify.annotations.NullMarked;
