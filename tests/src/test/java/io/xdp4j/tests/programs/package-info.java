/** Large programs of the kind that is deployed, on the userspace engine. */
@NullMarked
package io.xdp4j.tests.programs;

import org.jspecify.annotations.NullMarked;
